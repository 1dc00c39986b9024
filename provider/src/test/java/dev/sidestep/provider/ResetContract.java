package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

/** An answer that was cut off must not look complete to the one who reads it. */
abstract class ResetContract extends ProviderContract {

  private static final int ANSWER_BYTES = 1000;

  ResetContract(Flavour flavour) {
    super(flavour);
  }

  /** Reads to the end, which must be a reset; returns how much came before. */
  private static int bytesBeforeReset(SocketChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(300);
    int total = 0;
    while (true) {
      int count;
      try {
        count = channel.read(buffer.clear());
      } catch (SocketException e) {
        assertEquals("Connection reset", e.getMessage());
        return total;
      }
      if (count < 0) {
        throw new AssertionError("a clean end after " + total + " bytes");
      }
      total += count;
    }
  }

  @Test
  void aCloseWithHalfARequestReadIsAReset() throws IOException {
    Pair pair = connectedPair();
    pair.client().write(ByteBuffer.allocate(5000));
    pair.accepted().read(ByteBuffer.allocate(10));
    pair.accepted().write(ByteBuffer.allocate(ANSWER_BYTES));
    pair.accepted().close();
    assertEquals(ANSWER_BYTES, bytesBeforeReset(pair.client()));
  }

  @Test
  void aCloseWithARequestThatHasJustArrivedIsAReset() throws IOException {
    Pair pair = connectedPair();
    pair.client().write(ByteBuffer.allocate(10));
    assertEquals(10, pair.accepted().read(ByteBuffer.allocate(10)));
    pair.accepted().write(ByteBuffer.allocate(ANSWER_BYTES));
    pair.client().write(ByteBuffer.allocate(5000));
    pair.accepted().close();
    assertEquals(ANSWER_BYTES, bytesBeforeReset(pair.client()));
  }

  @Test
  void aReaderHearsOfAResetThatAWriterHasHeardOf() throws IOException {
    assumeTrue(isOnStack(), "Linux tells whoever asks first, and the other one of a clean end");
    Pair pair = connectedPair();
    pair.accepted().write(ByteBuffer.allocate(ANSWER_BYTES));
    reset(pair.accepted());
    IOException first =
        assertThrows(
            IOException.class,
            () -> {
              while (true) {
                pair.client().write(one());
              }
            });
    assertEquals("Connection reset by peer", first.getMessage());
    assertEquals(ANSWER_BYTES, bytesBeforeReset(pair.client()));
    assertEquals(0, bytesBeforeReset(pair.client()));
  }

  private static ByteBuffer one() {
    return ByteBuffer.allocate(1);
  }
}
