package dev.sidestep.stack.tcp.congestion;

/**
 * Slow start and congestion avoidance as in RFC 5681, with appropriate byte counting (RFC 3465) and
 * the initial window of RFC 6928. As in Linux an ACK of many segments opens the window by all of
 * them in slow start (L of RFC 3465 §2.3 is not limited): what a stretch of ACKs has in common with
 * a burst is dealt with where output is paced.
 */
public final class NewReno implements CongestionControl {

  /** RFC 6928 §2, as Linux takes it: ten segments whatever their size. */
  private static final int INITIAL_WINDOW_SEGMENTS = 10;

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
  public void onAck(AckSample sample) {
    if (!sample.windowLimited) {
      return;
    }
    int acked = sample.deliveredBytes;
    if (inSlowStart()) {
      int room = slowStartThresholdBytes - windowBytes;
      grow(Math.min(acked, room));
      acked -= Math.min(acked, room);
    }
    countedBytes += acked;
    int rounds = countedBytes / windowBytes;
    if (acked > 0 && rounds > 0) {
      countedBytes -= rounds * windowBytes;
      grow(rounds * segmentBytes);
    }
  }

  private void grow(int bytes) {
    windowBytes = Math.min(windowBytes + bytes, MAX_WINDOW_BYTES);
  }

  @Override
  public void onLoss(long nowNanos) {
    slowStartThresholdBytes = halfOfWindow();
    countedBytes = 0;
  }

  @Override
  public void setWindow(int windowBytes) {
    this.windowBytes = Math.min(Math.max(windowBytes, segmentBytes), MAX_WINDOW_BYTES);
  }

  @Override
  public void onRecovered(long nowNanos) {
    setWindow(slowStartThresholdBytes);
  }

  @Override
  public void onTimeout(int inFlightBytes, boolean again, long nowNanos) {
    if (!again) {
      slowStartThresholdBytes = halfOfWindow();
    }
    setWindow(inFlightBytes + segmentBytes);
    countedBytes = 0;
  }

  @Override
  public void onSpuriousLoss(int priorWindowBytes, int priorThresholdBytes) {
    setWindow(Math.max(windowBytes, priorWindowBytes));
    slowStartThresholdBytes = Math.max(slowStartThresholdBytes, priorThresholdBytes);
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

  /** RFC 5681 §3.1 equation 4, as Linux takes it: the window, which is no larger than is used. */
  private int halfOfWindow() {
    return Math.max(windowBytes >> 1, 2 * segmentBytes);
  }
}
