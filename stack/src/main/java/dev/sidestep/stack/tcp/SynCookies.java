package dev.sidestep.stack.tcp;

import dev.sidestep.stack.wire.ParsedTcpOptions;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Initial sequence numbers that hold all a half-open connection would (RFC 4987 §3.6; Linux:
 * syncookies), so that a listener whose table is full needs none of it: the ACK of the SYN-ACK
 * brings the number back, and only who got the SYN-ACK can know it.
 *
 * <pre>
 *   cookie = hash(ends) + IRS + (period &lt;&lt; 24) + ((hash(ends, IRS, period) + MSS index) mod 2^24)
 * </pre>
 *
 * <p>The first two terms let the numbers of one pair of ends grow with the peer's, as RFC 6528
 * wants. The rest of what the SYN said is in the lowest bits of our timestamp, which the peer
 * echoes; without timestamps it is lost, and the connection has neither window scaling nor SACK.
 */
final class SynCookies {

  /** How long a listener believes in cookies after it last gave one out (two periods). */
  static final long LIFE_NANOS = TimeUnit.SECONDS.toNanos(128);

  /** Not a segment size. */
  static final int NO_COOKIE = -1;

  private static final long PERIOD_NANOS = LIFE_NANOS / 2;

  /** A cookie of this period or the one before is good (Linux: MAX_SYNCOOKIE_AGE). */
  private static final int LIFE_PERIODS = 2;

  private static final int PERIOD_SHIFT = 24;
  private static final int LOW_BITS = (1 << PERIOD_SHIFT) - 1;

  /**
   * The segment sizes a cookie can name, ascending: the least we use, those that are common on the
   * Internet, and as we have the bits for it those of jumbo frames and of the loopback interface.
   * Of a size in between the next smaller one is used.
   */
  private static final int[] SEGMENT_SIZES = {216, 536, 1220, 1380, 1440, 1460, 8960, 32_728};

  private static final int SCALE_MASK = 0xf;
  private static final int SACK_PERMITTED = 0x10;
  private static final int TIMESTAMP_MASK = 0x1f;

  private final SipHash endsHash;
  private final SipHash periodHash;

  SynCookies(RandomGenerator random) {
    endsHash = new SipHash(random.nextLong(), random.nextLong());
    periodHash = new SipHash(random.nextLong(), random.nextLong());
  }

  /** The ISS that stands for a half-open connection. */
  int sequence(HalfOpenConnection connection, long nowNanos) {
    int period = period(nowNanos);
    long base = hash(connection);
    int low = hash(base, connection.irs, period) + sizeIndex(connection.peerMssBytes);
    return (int) base + connection.irs + (period << PERIOD_SHIFT) + (low & LOW_BITS);
  }

  private static int sizeIndex(int mssBytes) {
    int index = SEGMENT_SIZES.length - 1;
    while (index > 0 && SEGMENT_SIZES[index] > mssBytes) {
      index--;
    }
    return index;
  }

  /**
   * The segment size in a cookie, or {@link #NO_COOKIE} if it is none of ours or too old.
   *
   * @param irs the peer's initial sequence number
   */
  int segmentBytes(ConnectionEntry ends, int irs, int cookie, long nowNanos) {
    long base = hash(ends);
    int rest = cookie - (int) base - irs;
    int now = period(nowNanos);
    int age = (now - (rest >>> PERIOD_SHIFT)) & 0xff;
    if (age >= LIFE_PERIODS) {
      return NO_COOKIE;
    }
    int index = (rest - hash(base, irs, now - age)) & LOW_BITS;
    return index < SEGMENT_SIZES.length ? SEGMENT_SIZES[index] : NO_COOKIE;
  }

  /**
   * The timestamp of a SYN-ACK whose lowest bits are what the SYN said. It is not later than the
   * clock, so that those of the connection go on from there.
   */
  static int timestamp(int clock, int peerWindowScale, boolean sackPermitted) {
    // A scale is at most 14: 15 stands for none.
    int said = (peerWindowScale & SCALE_MASK) | (sackPermitted ? SACK_PERMITTED : 0);
    int timestamp = (clock & ~TIMESTAMP_MASK) | said;
    return timestamp - clock > 0 ? timestamp - (TIMESTAMP_MASK + 1) : timestamp;
  }

  /** The peer's window scale in a timestamp, or {@link ParsedTcpOptions#ABSENT}. */
  static int windowScale(int timestamp) {
    int scale = timestamp & SCALE_MASK;
    return scale == SCALE_MASK ? ParsedTcpOptions.ABSENT : scale;
  }

  /** Whether a timestamp says that the peer permits SACK. */
  static boolean sackPermitted(int timestamp) {
    return (timestamp & SACK_PERMITTED) != 0;
  }

  private static int period(long nowNanos) {
    return (int) Math.floorDiv(nowNanos, PERIOD_NANOS);
  }

  private long hash(ConnectionEntry ends) {
    return endsHash.hash(
        ends.localHigh, ends.localLow, ends.remoteHigh, ends.remoteLow, ends.ports);
  }

  /** The IRS takes part, or the number before it would make the same cookie of another size. */
  private int hash(long base, int irs, int period) {
    long irsAndPeriod = ((long) irs << 32) | (period & 0xffff_ffffL);
    return (int) periodHash.hash(base, irsAndPeriod, 0, 0, 0);
  }
}
