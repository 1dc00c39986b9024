package dev.sidestep.stack.tcp.congestion;

/**
 * Slow start and congestion avoidance as in RFC 5681, with appropriate byte counting (RFC 3465) and
 * the initial window of RFC 6928.
 */
public final class NewReno implements CongestionControl {

  /** RFC 6928 §2, as Linux takes it: ten segments whatever their size. */
  private static final int INITIAL_WINDOW_SEGMENTS = 10;

  /** L of RFC 3465 §2.3: an ACK opens the window by two segments at most. */
  private static final int BYTE_COUNTING_LIMIT_SEGMENTS = 2;

  private static final int MAX_WINDOW_BYTES = 1 << 30;

  private int segmentBytes;
  private int windowBytes;
  private int slowStartThresholdBytes = MAX_WINDOW_BYTES;

  /** Bytes acknowledged since the window last grew in congestion avoidance. */
  private int countedBytes;

  /** A new connection with segments of {@code segmentBytes} payload. */
  public NewReno(int segmentBytes) {
    this.segmentBytes = segmentBytes;
    windowBytes = INITIAL_WINDOW_SEGMENTS * segmentBytes;
  }

  @Override
  public int windowBytes() {
    return windowBytes;
  }

  @Override
  public int slowStartThresholdBytes() {
    return slowStartThresholdBytes;
  }

  @Override
  public void setSegmentBytes(int segmentBytes) {
    this.segmentBytes = segmentBytes;
    windowBytes = Math.max(windowBytes, segmentBytes);
  }

  @Override
  public void onAck(int ackedBytes, boolean windowLimited) {
    if (!windowLimited) {
      return;
    }
    if (inSlowStart()) {
      grow(Math.min(ackedBytes, BYTE_COUNTING_LIMIT_SEGMENTS * segmentBytes));
      return;
    }
    countedBytes += ackedBytes;
    if (countedBytes >= windowBytes) {
      countedBytes -= windowBytes;
      grow(segmentBytes);
    }
  }

  private void grow(int bytes) {
    windowBytes = Math.min(windowBytes + bytes, MAX_WINDOW_BYTES);
  }

  @Override
  public void onLoss(int flightBytes) {
    // RFC 5681 §3.2: what limited transmit has sent beyond the window does not count.
    slowStartThresholdBytes = halfOf(Math.min(flightBytes, windowBytes));
    windowBytes = slowStartThresholdBytes;
    countedBytes = 0;
  }

  @Override
  public void onRecovered() {
    // RFC 6582 §3.2 step 3 (2), as in Linux.
    windowBytes = slowStartThresholdBytes;
    countedBytes = 0;
  }

  @Override
  public void onTimeout(int flightBytes) {
    slowStartThresholdBytes = halfOf(flightBytes);
    windowBytes = segmentBytes;
    countedBytes = 0;
  }

  @Override
  public void onIdle(long idleNanos, long rtoNanos) {
    // RFC 5681 §4.1 restarts at the initial window; RFC 2861, as Linux, halves per RTO passed.
    int restartBytes = INITIAL_WINDOW_SEGMENTS * segmentBytes;
    slowStartThresholdBytes =
        Math.max(slowStartThresholdBytes, (windowBytes >> 1) + (windowBytes >> 2));
    long idle = idleNanos;
    while (idle > rtoNanos && windowBytes > restartBytes) {
      windowBytes = Math.max(windowBytes >> 1, restartBytes);
      idle -= rtoNanos;
    }
    countedBytes = 0;
  }

  /** RFC 5681 §3.1 equation 4. */
  private int halfOf(int flightBytes) {
    return Math.max(flightBytes >> 1, 2 * segmentBytes);
  }
}
