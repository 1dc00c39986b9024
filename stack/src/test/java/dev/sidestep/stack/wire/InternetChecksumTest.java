package dev.sidestep.stack.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.testing.Frames;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class InternetChecksumTest {

  private static int checksumOf(byte[] bytes) {
    return InternetChecksum.checksum(
        InternetChecksum.sum(MemorySegment.ofArray(bytes), 0, bytes.length));
  }

  @Test
  void agreesWithTheExampleOfRfc1071() {
    // RFC 1071 §3: the sum of these words is ddf2.
    assertEquals(0xffff ^ 0xddf2, checksumOf(Frames.hex("0001 f203 f4f5 f6f7")));
  }

  @Test
  void anEmptyPieceSumsToNothing() {
    assertEquals(0xffff, checksumOf(new byte[0]));
  }

  @Test
  void everyLengthAtEveryAlignmentAgreesWithTheSlowSum() {
    byte[] bytes = new byte[8 + 200];
    new Random(1071).nextBytes(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(bytes.length, 8);
      MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
      for (int offset = 0; offset < 8; offset++) {
        for (int length = 0; length <= 200; length++) {
          assertEquals(
              Frames.naiveChecksum(bytes, offset, length),
              InternetChecksum.checksum(InternetChecksum.sum(segment, offset, length)),
              "offset " + offset + " length " + length);
        }
      }
    }
  }

  @Test
  void theLargestPacketOfOnesDoesNotOverflow() {
    byte[] bytes = new byte[65_535];
    Arrays.fill(bytes, (byte) 0xff);
    assertEquals(Frames.naiveChecksum(bytes, 0, bytes.length), checksumOf(bytes));
  }

  @Property
  void piecesComposeWhereverTheyAreCut(
      @ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 300) int cut) {
    int at = Math.min(cut, bytes.length);
    MemorySegment whole = MemorySegment.ofArray(bytes);
    long first = InternetChecksum.sum(whole, 0, at);
    long second = InternetChecksum.sum(whole, at, bytes.length - at);
    long sum = first + ((at & 1) == 0 ? second : InternetChecksum.atOddPosition(second));
    assertEquals(Frames.naiveChecksum(bytes, 0, bytes.length), InternetChecksum.checksum(sum));
  }

  @Property
  void copyingSumsWhatItCopies(
      @ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 9) int shift) {
    byte[] copy = new byte[bytes.length + shift];
    long sum =
        InternetChecksum.copyAndSum(
            MemorySegment.ofArray(bytes), 0, MemorySegment.ofArray(copy), shift, bytes.length);
    assertArrayEquals(bytes, Arrays.copyOfRange(copy, shift, copy.length));
    assertEquals(Frames.naiveChecksum(bytes, 0, bytes.length), InternetChecksum.checksum(sum));
  }

  @Property
  void aMessageWithItsChecksumInPlaceIsValid(@ForAll @Size(min = 2, max = 100) byte[] bytes) {
    bytes[0] = 0;
    bytes[1] = 0;
    int checksum = checksumOf(bytes);
    bytes[0] = (byte) (checksum >>> 8);
    bytes[1] = (byte) checksum;
    assertTrue(
        InternetChecksum.isValid(
            InternetChecksum.sum(MemorySegment.ofArray(bytes), 0, bytes.length)));
  }

  @Property
  void pseudoHeaderOfIpv4IsAsWrittenOut(
      @ForAll int source,
      @ForAll int destination,
      @ForAll @IntRange(max = 255) int protocol,
      @ForAll @IntRange(max = 65_535) int length) {
    byte[] written =
        ByteBuffer.allocate(12)
            .putInt(source)
            .putInt(destination)
            .putShort((short) protocol)
            .putShort((short) length)
            .array();
    long sum =
        InternetChecksum.pseudoHeader(
            0, IpAddress.v4Low(source), 0, IpAddress.v4Low(destination), protocol, length);
    assertEquals(Frames.naiveChecksum(written, 0, 12), InternetChecksum.checksum(sum));
  }

  @Property
  void pseudoHeaderOfIpv6IsAsWrittenOut(
      @ForAll long sourceHigh,
      @ForAll long sourceLow,
      @ForAll long destinationLow,
      @ForAll @IntRange(max = 255) int protocol,
      @ForAll @IntRange(max = 65_535) int length) {
    long destinationHigh = 0x2001_0db8_0000_0001L;
    byte[] written =
        ByteBuffer.allocate(40)
            .putLong(sourceHigh)
            .putLong(sourceLow)
            .putLong(destinationHigh)
            .putLong(destinationLow)
            .putInt(length)
            .putInt(protocol)
            .array();
    long sum =
        InternetChecksum.pseudoHeader(
            sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, length);
    assertEquals(Frames.naiveChecksum(written, 0, 40), InternetChecksum.checksum(sum));
  }
}
