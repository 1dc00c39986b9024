package dev.sidestep.stack.nic;

/**
 * The slowest link of a path, with a router's queue in front of it: frames leave one after the
 * other at its rate, and those that find the queue full are lost. Only keeps the time; who holds
 * the frames is the caller's affair.
 *
 * <p>Threads: one owner at a time.
 */
public final class Bottleneck {

  /** What {@link #admit} returns for a frame that finds the queue full. */
  public static final long FULL = -1;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long bitsPerSecond;
  private final long queueNanos;

  /** When it has sent all that waits. */
  private long freeAtNanos;

  /**
   * A bottleneck with nothing in its queue.
   *
   * @param bitsPerSecond its rate, or 0 for an infinite one
   * @param queueFrames how many frames may wait
   * @param fullFrameBytes length of a frame, for the queue: shorter ones take less of it
   */
  public Bottleneck(long bitsPerSecond, int queueFrames, int fullFrameBytes) {
    this.bitsPerSecond = bitsPerSecond;
    this.queueNanos = queueFrames * serializationNanos(fullFrameBytes);
    this.freeAtNanos = Long.MIN_VALUE;
  }

  /** When a frame that comes now has left, or {@link #FULL}; then nothing has changed. */
  public long admit(int frameBytes, long nowNanos) {
    long start = Math.max(nowNanos, freeAtNanos);
    if (start - nowNanos > queueNanos) {
      return FULL;
    }
    freeAtNanos = start + serializationNanos(frameBytes);
    return freeAtNanos;
  }

  private long serializationNanos(int frameBytes) {
    return bitsPerSecond == 0 ? 0 : frameBytes * 8L * NANOS_PER_SECOND / bitsPerSecond;
  }
}
