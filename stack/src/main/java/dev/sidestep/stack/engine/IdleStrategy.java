package dev.sidestep.stack.engine;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.sidestep.stack.config.Profile;

/**
 * How long threads poll before they sleep, and how long the driver sleeps between polls.
 *
 * <p>Measured on a virtual machine with two cores: a thread that does nothing but sleep 1, 4, 10 or
 * 20 ms at a time uses 1.7, 1.3, 0.7 or 0.3 % of a core, as waking a halted core costs up to 70 µs.
 * That sets the longest sleep of an idle driver.
 *
 * @param spinNanos how long a waiting thread polls or spins before it sleeps, until it has learnt
 *     better; {@link Long#MAX_VALUE} for ever
 * @param maxSpinNanos what that time grows to while sleeps turn out to be shorter than this
 * @param virtualSpinNanos the same for a virtual thread, which holds its carrier meanwhile
 * @param driverMinSleepNanos the driver's first sleep when the network falls silent
 * @param driverMaxSleepNanos the sleep it grows to with the silence: the longest a packet waits
 *     when all threads are asleep
 * @param standbySleepNanos its sleep while application threads poll; a thread that parks wakes it
 * @param interruptSleepNanos its longest sleep when the devices tell of frames, to look after their
 *     links; 0 to do without
 */
record IdleStrategy(
    long spinNanos,
    long maxSpinNanos,
    long virtualSpinNanos,
    long driverMinSleepNanos,
    long driverMaxSleepNanos,
    long standbySleepNanos,
    long interruptSleepNanos) {

  /** A sleep on interrupts that lasts so long costs little, however soon it is repeated. */
  private static final long LEAST_INTERRUPT_SLEEP_NANOS = MILLISECONDS.toNanos(5);

  /**
   * How long to sleep at most when the devices tell of frames. Not for longer than the silence has
   * lasted, so that while there is traffic a sleeper is awake in time for most timers that others
   * set meanwhile, and need not be woken for them.
   */
  long interruptSleepNanos(long silenceNanos) {
    return Math.clamp(silenceNanos, LEAST_INTERRUPT_SLEEP_NANOS, interruptSleepNanos);
  }

  static IdleStrategy of(Profile profile) {
    return switch (profile) {
      case LATENCY ->
          new IdleStrategy(
              Long.MAX_VALUE,
              Long.MAX_VALUE,
              MICROSECONDS.toNanos(50),
              MICROSECONDS.toNanos(1),
              MICROSECONDS.toNanos(50),
              MILLISECONDS.toNanos(10),
              0);
      case BALANCED ->
          new IdleStrategy(
              MICROSECONDS.toNanos(100),
              MICROSECONDS.toNanos(250),
              MICROSECONDS.toNanos(10),
              MICROSECONDS.toNanos(50),
              MILLISECONDS.toNanos(8),
              MILLISECONDS.toNanos(10),
              MILLISECONDS.toNanos(100));
      case THROUGHPUT ->
          new IdleStrategy(
              MICROSECONDS.toNanos(20),
              MICROSECONDS.toNanos(100),
              0,
              MICROSECONDS.toNanos(50),
              MILLISECONDS.toNanos(8),
              MILLISECONDS.toNanos(10),
              MILLISECONDS.toNanos(100));
    };
  }
}
