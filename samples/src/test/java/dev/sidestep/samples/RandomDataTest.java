package dev.sidestep.samples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomDataTest {
  private final RandomData data = new RandomData(42);

  @Test
  void theSameBytesComeInPiecesOfAnySize() throws CorruptDataException {
    byte[] whole = new byte[1000];
    data.fill(ByteBuffer.wrap(whole), 0);
    for (int from = 0; from < 20; from++) {
      for (int length = 0; length < 40; length++) {
        byte[] piece = new byte[length];
        data.fill(ByteBuffer.wrap(piece), from);
        assertArrayEquals(Arrays.copyOfRange(whole, from, from + length), piece);
        data.check(ByteBuffer.wrap(piece), from);
      }
    }
  }

  @Test
  void oneWrongByteIsFoundWhereverItIs() {
    for (int wrong = 0; wrong < 40; wrong++) {
      byte[] bytes = new byte[40];
      data.fill(ByteBuffer.wrap(bytes), 3);
      bytes[wrong] ^= 1;
      CorruptDataException found =
          assertThrows(CorruptDataException.class, () -> data.check(ByteBuffer.wrap(bytes), 3));
      String position = "byte " + (3 + wrong) + " ";
      assertEquals(position, String.valueOf(found.getMessage()).substring(0, position.length()));
    }
  }

  @Test
  void anotherSeedIsAnotherStream() {
    ByteBuffer other = ByteBuffer.allocate(64);
    new RandomData(43).fill(other, 0);
    assertThrows(CorruptDataException.class, () -> data.check(other.flip(), 0));
  }
}
