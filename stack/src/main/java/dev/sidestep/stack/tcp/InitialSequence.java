package dev.sidestep.stack.tcp;

import java.util.random.RandomGenerator;

/**
 * Initial sequence numbers: a clock plus a keyed hash of the connection's ends (RFC 6528, MUST-8,
 * SHLD-1), so that the numbers of one pair of ends only grow while nobody without the key can guess
 * those of another. The keys are drawn anew at each start. The same hash gives each connection an
 * offset for its timestamps, as in Linux, so that they do not tell our uptime.
 */
final class InitialSequence {

  /**
   * As in Linux (seq_scale) the clock runs faster than the 4 µs of RFC 6528, so that a connection
   * which follows at once starts beyond the numbers of one that has sent 15 MB a second.
   */
  private static final long TICK_NANOS = 64;

  private final SipHash sequenceHash;
  private final SipHash timestampHash;

  InitialSequence(RandomGenerator random) {
    sequenceHash = new SipHash(random.nextLong(), random.nextLong());
    timestampHash = new SipHash(random.nextLong(), random.nextLong());
  }

  /** The ISS of a connection opened now. */
  int next(ConnectionEntry ends, long nowNanos) {
    return (int) (nowNanos / TICK_NANOS) + (int) hash(sequenceHash, ends);
  }

  /** What is added to the clock in the timestamps of this pair of ends. */
  int timestampOffset(ConnectionEntry ends) {
    return (int) hash(timestampHash, ends);
  }

  private static long hash(SipHash function, ConnectionEntry ends) {
    return function.hash(
        ends.localHigh, ends.localLow, ends.remoteHigh, ends.remoteLow, ends.ports);
  }
}
