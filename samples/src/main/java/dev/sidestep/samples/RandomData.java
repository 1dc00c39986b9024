package dev.sidestep.samples;

import java.nio.ByteBuffer;

/**
 * An endless stream of random-looking bytes in which the byte at any position can be computed, so
 * that a reader checks what a writer sent without either keeping it.
 */
public final class RandomData {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private final long seed;

  /** The stream that belongs to {@code seed}. */
  public RandomData(long seed) {
    this.seed = seed;
  }

  /** Fills the buffer's remaining space with the bytes of the stream from {@code position} on. */
  public void fill(ByteBuffer buffer, long position) {
    long at = position;
    while (buffer.hasRemaining()) {
      if ((at & 7) == 0 && buffer.remaining() >= Long.BYTES) {
        buffer.putLong(word(at >>> 3));
        at += Long.BYTES;
      } else {
        buffer.put(byteAt(at++));
      }
    }
  }

  /**
   * Consumes the buffer and compares it with the stream from {@code position} on.
   *
   * @throws CorruptDataException at the first byte that differs
   */
  public void check(ByteBuffer buffer, long position) throws CorruptDataException {
    long at = position;
    while (buffer.hasRemaining()) {
      if ((at & 7) == 0
          && buffer.remaining() >= Long.BYTES
          && buffer.getLong(buffer.position()) == word(at >>> 3)) {
        buffer.position(buffer.position() + Long.BYTES);
        at += Long.BYTES;
      } else {
        checkByte(buffer.get(), at++);
      }
    }
  }

  private void checkByte(byte actual, long position) throws CorruptDataException {
    if (actual != byteAt(position)) {
      throw new CorruptDataException(position, byteAt(position), actual);
    }
  }

  private byte byteAt(long position) {
    return (byte) (word(position >>> 3) >>> (56 - ((int) (position & 7) << 3)));
  }

  /** Word {@code index} by the finaliser of SplitMix64, a bijection without visible pattern. */
  private long word(long index) {
    long z = seed + (index * GOLDEN_GAMMA);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
