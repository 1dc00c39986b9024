package dev.sidestep.stack.testing;

import java.nio.ByteBuffer;

/**
 * The bytes every test stream consists of: each is a function of its position, so that whoever
 * holds a piece can tell whether it is the right one. The period is no multiple of a page, a window
 * or a segment.
 */
public final class StreamPattern {

  private static final int LINE_BYTES = 251;
  private static final int PERIOD_BYTES = LINE_BYTES * 256;

  /** Two periods, so that any piece of up to one period lies in one place. */
  private static final byte[] TABLE = table();

  private StreamPattern() {}

  private static byte[] table() {
    byte[] table = new byte[2 * PERIOD_BYTES];
    for (int i = 0; i < table.length; i++) {
      table[i] = (byte) (i % LINE_BYTES + 7 * (i / LINE_BYTES));
    }
    return table;
  }

  /** The byte at {@code position} of the stream. */
  public static byte byteAt(long position) {
    return TABLE[Math.floorMod(position, PERIOD_BYTES)];
  }

  /** The {@code length} bytes from {@code position} on. */
  public static byte[] bytes(long position, int length) {
    byte[] bytes = new byte[length];
    fill(ByteBuffer.wrap(bytes), position);
    return bytes;
  }

  /** Fills what remains of {@code target} with the stream from {@code position} on. */
  public static void fill(ByteBuffer target, long position) {
    long at = position;
    while (target.hasRemaining()) {
      int count = Math.min(target.remaining(), PERIOD_BYTES);
      target.put(TABLE, Math.floorMod(at, PERIOD_BYTES), count);
      at += count;
    }
  }

  /**
   * Compares what remains of {@code actual} with the stream from {@code position} on.
   *
   * @return position of the first wrong byte, or -1
   */
  public static long firstDifference(ByteBuffer actual, long position) {
    for (int i = actual.position(); i < actual.limit(); i++) {
      long at = position + (i - actual.position());
      if (actual.get(i) != byteAt(at)) {
        return at;
      }
    }
    return -1;
  }
}
