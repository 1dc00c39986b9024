package dev.sidestep.stack.tcp;

/**
 * RACK (RFC 8985): a segment is lost when one that was sent some time after it has been delivered.
 * How much time depends on how much reordering the path shows. Where the RFC leaves a choice, as in
 * Linux (tcp_recovery.c).
 */
final class RackLossDetection {

  /** Linux: sysctl_tcp_reordering, the classic duplicate threshold. */
  private static final int DUPLICATE_THRESHOLD = 3;

  /** Linux: sysctl_tcp_max_reordering. */
  private static final int MAX_REORDERING_SEGMENTS = 300;

  /** RFC 8985 §6.2 step 4: recoveries for which a widened window is kept. */
  private static final int PERSIST_RECOVERIES = 16;

  private static final int MAX_WINDOW_STEPS = 255;

  /** RACK.xmit_ts and RACK.end_seq: the segment sent last of those that were delivered. */
  private long sentNanos = Long.MIN_VALUE;

  private long endPosition;

  /** RACK.rtt. */
  private long rttNanos;

  /** Whether a delivery has been told since loss was last looked for. */
  private boolean advanced;

  private boolean reorderingSeen;
  private int reorderingSegments = DUPLICATE_THRESHOLD;

  /** RACK.reo_wnd_mult. */
  private int windowSteps = 1;

  /** RACK.reo_wnd_persist. */
  private int persist;

  private boolean duplicateReported;
  private long deliveredAtWidening;

  /** Length of the window that {@link #detect} used last. */
  private long waitNanos;

  /**
   * A segment was delivered (RFC 8985 §6.2 step 2).
   *
   * @param wasResent whether it was sent more than once
   * @param minRttNanos the shortest round trip known
   */
  void onDelivered(
      long segmentSentNanos, long end, boolean wasResent, long minRttNanos, long nowNanos) {
    long rtt = nowNanos - segmentSentNanos;
    if (wasResent && rtt < minRttNanos) {
      // Too early to be the answer to the copy: the first one was not lost.
      return;
    }
    advanced = true;
    rttNanos = rtt;
    if (isSentAfter(segmentSentNanos, end, sentNanos, endPosition)) {
      sentNanos = segmentSentNanos;
      endPosition = end;
    }
  }

  private static boolean isSentAfter(long sent, long end, long otherSent, long otherEnd) {
    return sent > otherSent || (sent == otherSent && end > otherEnd);
  }

  /**
   * A segment that was sent once was delivered after others that lie behind it (step 3).
   *
   * @param distanceBytes how far behind the furthest of those reached
   */
  void onReordering(long distanceBytes, int segmentBytes) {
    if (distanceBytes > (long) reorderingSegments * segmentBytes) {
      long segments = (distanceBytes + segmentBytes - 1) / segmentBytes;
      reorderingSegments = (int) Math.min(segments, MAX_REORDERING_SEGMENTS);
    }
    reorderingSeen = true;
  }

  /** A D-SACK tells of a copy sent in vain that was no probe (step 4). */
  void onDuplicateReported() {
    duplicateReported |= reorderingSeen;
  }

  /**
   * Widens the window once in a round trip in which copies were sent in vain (step 4).
   *
   * @param deliveredBeforeBytes what had been delivered when the segment now acknowledged was sent,
   *     or -1 if nothing is acknowledged
   * @param deliveredBytes what is delivered now
   */
  void adaptWindow(long deliveredBeforeBytes, long deliveredBytes) {
    if (deliveredBeforeBytes < 0) {
      return;
    }
    if (deliveredBeforeBytes < deliveredAtWidening) {
      duplicateReported = false;
    }
    if (duplicateReported) {
      windowSteps = Math.min(MAX_WINDOW_STEPS, windowSteps + 1);
      duplicateReported = false;
      deliveredAtWidening = deliveredBytes;
      persist = PERSIST_RECOVERIES;
    } else if (persist == 0) {
      windowSteps = 1;
    }
  }

  /** A recovery has ended; {@code inVain} if nothing had been lost. */
  void onRecovered(boolean inVain) {
    if (inVain) {
      persist = Math.min(PERSIST_RECOVERIES, persist + 1);
    } else if (persist > 0) {
      persist--;
    }
  }

  /** Has {@link #detect} look even though nothing new was delivered. */
  void lookAgain() {
    advanced = true;
  }

  /** The duplicate threshold, which grows with the reordering seen. */
  int reorderingSegments() {
    return reorderingSegments;
  }

  /** Whether so much reordering was seen that SACKs alone show progress. */
  boolean hasHighDegree() {
    return reorderingSegments > DUPLICATE_THRESHOLD;
  }

  /** A timeout came in spite of many duplicates: the threshold was too high. */
  void forgetDegree() {
    reorderingSegments = DUPLICATE_THRESHOLD;
  }

  /**
   * The reordering window (step 4): none while nothing was ever reordered and loss is as good as
   * certain; else a quarter of the shortest round trip, more where copies were sent in vain, but
   * not above the smoothed one.
   */
  long windowNanos(
      boolean recovering, int sackedSegments, long minRttNanos, long smoothedRttNanos) {
    if (!reorderingSeen && (recovering || sackedSegments >= reorderingSegments)) {
      return 0;
    }
    return Math.min((minRttNanos >> 2) * windowSteps, smoothedRttNanos);
  }

  /** Whether something was delivered since this was last asked. */
  boolean takeAdvanced() {
    boolean was = advanced;
    advanced = false;
    return was;
  }

  /**
   * Marks what is lost (step 5).
   *
   * @return bytes newly lost; {@link #waitNanos} then tells when to look again
   */
  int detect(SentSegments segments, long windowNanos, long nowNanos) {
    int lost = 0;
    waitNanos = 0;
    int slot = segments.oldest();
    while (slot != SentSegments.NONE
        && isSentAfter(sentNanos, endPosition, segments.sentNanos(slot), segments.end(slot))) {
      int next = segments.sentAfter(slot);
      long remaining = remainingNanos(segments.sentNanos(slot), windowNanos, nowNanos);
      if (remaining <= 0) {
        lost += segments.markLost(slot);
      } else {
        waitNanos = Math.max(waitNanos, remaining);
      }
      slot = next;
    }
    return lost;
  }

  /** How long a segment may still be on its way. */
  long remainingNanos(long segmentSentNanos, long windowNanos, long nowNanos) {
    return rttNanos + windowNanos - (nowNanos - segmentSentNanos);
  }

  /** After how long what {@link #detect} left alone will be lost; 0 if there is nothing such. */
  long waitNanos() {
    return waitNanos;
  }
}
