package dev.sidestep.stack.tcp.congestion;

/**
 * What one acknowledgement told the sender (Linux: rate_sample). One object per shard, filled anew
 * for each; a controller must not keep it. Times are in nanoseconds of the shard's clock.
 */
public final class AckSample {

  /** When the acknowledgement came. */
  public long nowNanos;

  /** Bytes it tells have arrived, be it by the ACK field or by SACKs. */
  public int deliveredBytes;

  /** Bytes taken for lost because of it. */
  public int lostBytes;

  /** Bytes believed to be in the network before it came. */
  public int priorInFlightBytes;

  /** Bytes believed to be in the network now. */
  public int inFlightBytes;

  /** Round trip of the segment sent last of those it acknowledges, or -1 if it measures none. */
  public long rttNanos;

  /** Smoothed round trip, 0 before the first sample. */
  public long smoothedRttNanos;

  /** Shortest round trip of the last minutes, {@link Long#MAX_VALUE} before the first sample. */
  public long minRttNanos;

  /** All bytes the connection has delivered. */
  public long totalDeliveredBytes;

  /** {@link #totalDeliveredBytes} when the segment sent last of those acknowledged was sent. */
  public long priorDeliveredBytes;

  /** Delivery rate over the last flight in bytes per second, or 0 if it could not be measured. */
  public long deliveryBytesPerSecond;

  /** Whether it was the application that limited that flight, so that the rate is a lower bound. */
  public boolean applicationLimited;

  /** Whether the window kept the sender from sending more in the last round trip. */
  public boolean windowLimited;

  /** Forgets everything. */
  public void clear(long now) {
    nowNanos = now;
    deliveredBytes = 0;
    lostBytes = 0;
    priorInFlightBytes = 0;
    inFlightBytes = 0;
    rttNanos = -1;
    smoothedRttNanos = 0;
    minRttNanos = Long.MAX_VALUE;
    totalDeliveredBytes = 0;
    priorDeliveredBytes = -1;
    deliveryBytesPerSecond = 0;
    applicationLimited = false;
    windowLimited = false;
  }
}
