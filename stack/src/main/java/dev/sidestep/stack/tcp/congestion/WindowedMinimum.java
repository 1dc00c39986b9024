package dev.sidestep.stack.tcp.congestion;

/**
 * The least value of a stretch of time (Linux: minmax_running_min, after Kathleen Nichols): keeps
 * the best value of the window, of what came after it, and of what came after that.
 *
 * <p>Threads: the shard's owner.
 */
public final class WindowedMinimum {

  /** What {@link #get} returns before the first value. */
  public static final long NOTHING = Long.MAX_VALUE;

  private final long windowNanos;
  private long best = NOTHING;
  private long second = NOTHING;
  private long third = NOTHING;
  private long bestNanos;
  private long secondNanos;
  private long thirdNanos;

  /** A minimum over the last {@code windowNanos}. */
  public WindowedMinimum(long windowNanos) {
    this.windowNanos = windowNanos;
  }

  /** The least value. */
  public long get() {
    return best;
  }

  /** Takes in a value. */
  public void add(long value, long nowNanos) {
    if (value <= best || nowNanos - thirdNanos > windowNanos) {
      setBest(value, nowNanos);
      return;
    }
    if (value <= second) {
      setSecond(value, nowNanos);
    } else if (value <= third) {
      third = value;
      thirdNanos = nowNanos;
    }
    age(value, nowNanos);
  }

  private void setBest(long value, long nowNanos) {
    best = value;
    bestNanos = nowNanos;
    setSecond(value, nowNanos);
  }

  private void setSecond(long value, long nowNanos) {
    second = value;
    secondNanos = nowNanos;
    third = value;
    thirdNanos = nowNanos;
  }

  /** Lets the next best take over what is too old, and spreads the candidates over the window. */
  private void age(long value, long nowNanos) {
    long age = nowNanos - bestNanos;
    if (age > windowNanos) {
      best = second;
      bestNanos = secondNanos;
      second = third;
      secondNanos = thirdNanos;
      third = value;
      thirdNanos = nowNanos;
    } else if (secondNanos == bestNanos && age > windowNanos / 4) {
      setSecond(value, nowNanos);
    } else if (thirdNanos == secondNanos && age > windowNanos / 2) {
      third = value;
      thirdNanos = nowNanos;
    }
  }
}
