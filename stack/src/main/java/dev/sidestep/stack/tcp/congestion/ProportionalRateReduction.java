package dev.sidestep.stack.tcp.congestion;

/**
 * Proportional rate reduction (RFC 9937): how the window comes down to the threshold while a loss
 * is repaired. For what is delivered a share of it is sent, so that sending never stops and nothing
 * is sent in a burst; below the threshold it grows back like slow start (PRR-SSRB).
 *
 * <p>Pure numbers, in bytes. Threads: the shard's owner.
 */
public final class ProportionalRateReduction {

  /** RecoverFS, as Linux takes it: the window when the loss was noticed. */
  private int priorWindowBytes;

  private long deliveredBytes;
  private long sentBytes;

  /** Recovery begins. */
  public void begin(int windowBytes) {
    priorWindowBytes = Math.max(windowBytes, 1);
    deliveredBytes = 0;
    sentBytes = 0;
  }

  /** Something was sent, for the first time or again. */
  public void onSent(int bytes) {
    sentBytes += bytes;
  }

  /**
   * An acknowledgement has come during recovery.
   *
   * @param newlyDeliveredBytes what it tells has arrived
   * @param progress whether it moves SND.UNA without telling of further loss (SafeACK)
   * @return the window until the next acknowledgement, or 0 to leave it as it is
   */
  public int onAck(
      int newlyDeliveredBytes,
      boolean progress,
      int inFlightBytes,
      int thresholdBytes,
      int segmentBytes) {
    if (newlyDeliveredBytes <= 0) {
      return 0;
    }
    deliveredBytes += newlyDeliveredBytes;
    int below = thresholdBytes - inFlightBytes;
    long send;
    if (below < 0) {
      send = ceilingDiv(thresholdBytes * deliveredBytes, priorWindowBytes) - sentBytes;
    } else {
      send = Math.max(deliveredBytes - sentBytes, newlyDeliveredBytes);
      send = Math.min(below, send + (progress ? segmentBytes : 0));
    }
    // The first segment is sent again at once, whatever the share says.
    send = Math.max(send, sentBytes == 0 ? segmentBytes : 0);
    return (int) Math.max(segmentBytes, inFlightBytes + send);
  }

  private static long ceilingDiv(long dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
