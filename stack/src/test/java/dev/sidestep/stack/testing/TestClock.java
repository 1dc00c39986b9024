package dev.sidestep.stack.testing;

import java.util.function.LongSupplier;

/** Time that passes only when a test says so. */
public final class TestClock implements LongSupplier {

  private long nowNanos;

  /** A clock that shows {@code startNanos}. */
  public TestClock(long startNanos) {
    nowNanos = startNanos;
  }

  /** A clock that does not start at zero, so that nothing mistakes zero for a time. */
  public static TestClock started() {
    return new TestClock(millis(1_000_000));
  }

  /** The time. */
  public long nanos() {
    return nowNanos;
  }

  @Override
  public long getAsLong() {
    return nowNanos;
  }

  /** Lets {@code nanos} pass. */
  public void advance(long nanos) {
    advanceTo(nowNanos + nanos);
  }

  /** Lets time pass until {@code nanos}. */
  public void advanceTo(long nanos) {
    if (nanos < nowNanos) {
      throw new IllegalArgumentException("time does not go backwards");
    }
    nowNanos = nanos;
  }

  /** Milliseconds as nanoseconds. */
  public static long millis(long millis) {
    return millis * 1_000_000L;
  }

  /** Seconds as nanoseconds. */
  public static long seconds(long seconds) {
    return seconds * 1_000_000_000L;
  }
}
