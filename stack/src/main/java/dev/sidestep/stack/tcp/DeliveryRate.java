package dev.sidestep.stack.tcp;

import dev.sidestep.stack.tcp.congestion.AckSample;

/**
 * How fast the path delivers (draft-cheng-iccrg-delivery-rate-estimation; Linux: tcp_rate.c): what
 * was delivered between the sending of a segment and its acknowledgement, over the longer of the
 * times it took to send it and to acknowledge it.
 */
final class DeliveryRate {

  private static final double NANOS_PER_SECOND = 1e9;

  private long deliveredBytes;
  private long deliveredNanos;

  /** When the segment was sent that was delivered last. */
  private long firstSentNanos;

  /** Until so much is delivered the rate is what the application gave; 0 for not at all. */
  private long applicationLimitedUntil;

  long deliveredBytes() {
    return deliveredBytes;
  }

  /** A segment was sent, for the first time or again. */
  void onSent(SentSegments segments, int slot, boolean nothingElseOutstanding, long nowNanos) {
    if (nothingElseOutstanding) {
      firstSentNanos = nowNanos;
      deliveredNanos = nowNanos;
    }
    segments.setDelivery(
        slot, deliveredBytes, deliveredNanos, firstSentNanos, applicationLimitedUntil != 0);
  }

  /** The application has nothing more to send, though there would be room. */
  void onApplicationLimited(int inFlightBytes) {
    applicationLimitedUntil = Math.max(deliveredBytes + inFlightBytes, 1);
  }

  /** A segment was delivered. */
  void onDelivered(SentSegments segments, int slot, int bytes, AckReport report) {
    deliveredBytes += bytes;
    report.sample.deliveredBytes += bytes;
    long sent = segments.sentNanos(slot);
    boolean latest =
        report.sample.priorDeliveredBytes < 0
            || sent > firstSentNanos
            || (sent == firstSentNanos && segments.end(slot) > report.lastDeliveredEnd);
    if (latest) {
      report.sample.priorDeliveredBytes = segments.deliveredBytes(slot);
      report.sample.applicationLimited = segments.is(slot, SentSegments.APPLICATION_LIMITED);
      report.priorDeliveredNanos = segments.deliveredNanos(slot);
      report.sendingNanos = sent - segments.firstSentNanos(slot);
      report.lastDeliveredEnd = segments.end(slot);
      firstSentNanos = sent;
    }
  }

  /** Something was delivered, but nobody knows which segment (duplicate ACKs without SACK). */
  void onDelivered(int bytes, AckReport report) {
    deliveredBytes += bytes;
    report.sample.deliveredBytes += bytes;
  }

  /** The acknowledgement has been looked at in full. */
  void finish(AckReport report, long minRttNanos) {
    AckSample sample = report.sample;
    if (applicationLimitedUntil != 0 && deliveredBytes > applicationLimitedUntil) {
      applicationLimitedUntil = 0;
    }
    if (sample.deliveredBytes > 0) {
      deliveredNanos = sample.nowNanos;
    }
    sample.totalDeliveredBytes = deliveredBytes;
    if (sample.priorDeliveredBytes < 0) {
      return;
    }
    long interval = Math.max(report.sendingNanos, sample.nowNanos - report.priorDeliveredNanos);
    // Shorter than any round trip: some ACKs came out of a buffer at once.
    if (interval > 0 && interval >= minRttNanos) {
      long delivered = deliveredBytes - sample.priorDeliveredBytes;
      sample.deliveryBytesPerSecond = (long) (delivered * (NANOS_PER_SECOND / interval));
    }
  }
}
