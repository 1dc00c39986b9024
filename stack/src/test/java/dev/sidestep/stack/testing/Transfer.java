package dev.sidestep.stack.testing;

import dev.sidestep.stack.socket.StreamSocket;
import java.nio.ByteBuffer;

/**
 * A stream of pattern bytes from one socket to another, written as fast as the sender's queue takes
 * it and read as soon as it arrives, every byte checked. Allocates nothing once made.
 */
public final class Transfer {

  private static final int CHUNK_BYTES = 64 << 10;

  private final StreamSocket sender;
  private final StreamSocket receiver;
  private final long totalBytes;
  private final ByteBuffer outgoing = ByteBuffer.allocate(CHUNK_BYTES);
  private final ByteBuffer incoming = ByteBuffer.allocate(CHUNK_BYTES);
  private final ByteBuffer expected = ByteBuffer.allocate(CHUNK_BYTES);
  private long written;
  private long read;

  /** A stream of {@code totalBytes}. */
  public Transfer(StreamSocket sender, StreamSocket receiver, long totalBytes) {
    this.sender = sender;
    this.receiver = receiver;
    this.totalBytes = totalBytes;
  }

  /** Writes and reads what goes at the moment. */
  public void pump() {
    write();
    read();
  }

  /** Writes what the queue takes at the moment, and reads nothing. */
  public void write() {
    int taken = 1;
    while (taken > 0 && written < totalBytes) {
      outgoing.clear().limit((int) Math.min(CHUNK_BYTES, totalBytes - written));
      StreamPattern.fill(outgoing, written);
      taken = sender.write(outgoing.flip());
      written += taken;
    }
  }

  private void read() {
    int count = 1;
    while (count > 0) {
      count = receiver.read(incoming.clear());
      if (count > 0) {
        check(count);
      }
    }
  }

  private void check(int count) {
    expected.clear().limit(count);
    StreamPattern.fill(expected, read);
    incoming.flip();
    int wrong = incoming.mismatch(expected.flip());
    if (wrong >= 0) {
      throw new AssertionError("wrong byte at position " + (read + wrong) + " of the stream");
    }
    read += count;
  }

  /** Whether every byte has arrived. */
  public boolean isDone() {
    return read == totalBytes;
  }

  /** Bytes that have arrived. */
  public long receivedBytes() {
    return read;
  }

  /** Bytes that the sender's queue has taken. */
  public long sentBytes() {
    return written;
  }
}
