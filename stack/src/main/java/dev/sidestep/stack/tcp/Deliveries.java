package dev.sidestep.stack.tcp;

import dev.sidestep.stack.tcp.congestion.WindowedMinimum;

/**
 * What is learned when a segment has arrived, be it by the ACK field or by a SACK block: for RACK,
 * the round trip, the delivery rate, and how much the path reorders (Linux: tcp_clean_rtx_queue,
 * tcp_sacktag_one, tcp_dsack_seen).
 */
final class Deliveries {

  /** Linux: tcp_min_rtt_wlen, five minutes. */
  private static final long MIN_RTT_WINDOW_NANOS = 300L * 1_000_000_000;

  final DeliveryRate rate = new DeliveryRate();
  private final WindowedMinimum minRtt = new WindowedMinimum(MIN_RTT_WINDOW_NANOS);

  /** Segments ever sent again, and those that D-SACKs say arrived twice. */
  private long copiesSent;

  private long copiesReported;

  long minRttNanos() {
    return minRtt.get();
  }

  void onCopySent() {
    copiesSent++;
  }

  /** A SACK block tells that the segment has arrived. */
  void onSacked(TransmissionControlBlock tcb, int slot, AckReport report) {
    SentSegments segments = tcb.segments;
    boolean resent = segments.is(slot, SentSegments.EVER_RESENT);
    learn(tcb, slot, resent, report);
    if (!resent) {
      report.measure(segments.sentNanos(slot), true);
      noticeOriginal(tcb, slot, report);
    }
    rate.onDelivered(segments, slot, segments.lengthBytes(slot), report);
    segments.markSacked(slot);
    report.sacksMore = true;
  }

  /** The ACK field covers everything up to {@code segAck}. */
  void onCovered(TransmissionControlBlock tcb, int segAck, AckReport report) {
    SentSegments segments = tcb.segments;
    long position = tcb.sendPosition(segAck);
    while (!segments.isEmpty() && segments.start(segments.first()) < position) {
      int slot = segments.first();
      boolean whole = segments.end(slot) <= position;
      int bytes = whole ? segments.lengthBytes(slot) : (int) (position - segments.start(slot));
      if (whole && !segments.is(slot, SentSegments.SACKED)) {
        coverSegment(tcb, slot, report);
      }
      report.coveredSegments += whole ? 1 : 0;
      if (!segments.is(slot, SentSegments.SACKED)) {
        report.coveredBytes += bytes;
        // Without SACK duplicate ACKs may have told of it before.
        rate.onDelivered(segments, slot, tcb.sackPermitted ? bytes : 0, report);
      }
      if (whole) {
        segments.removeFirst();
      } else {
        segments.trimFirst(bytes);
      }
    }
    report.reneges = !segments.isEmpty() && segments.is(segments.first(), SentSegments.SACKED);
    if (report.coversCopy && !tcb.sackPermitted) {
      // Without SACK nobody knows which of the segments have arrived before.
      report.originalArrived = false;
    }
  }

  private void coverSegment(TransmissionControlBlock tcb, int slot, AckReport report) {
    SentSegments segments = tcb.segments;
    boolean resent = segments.is(slot, SentSegments.EVER_RESENT);
    learn(tcb, slot, resent, report);
    if (resent) {
      report.coversCopy = true;
    } else {
      report.measure(segments.sentNanos(slot), false);
      noticeOriginal(tcb, slot, report);
    }
  }

  private void learn(TransmissionControlBlock tcb, int slot, boolean resent, AckReport report) {
    SentSegments segments = tcb.segments;
    tcb.rack.onDelivered(
        segments.sentNanos(slot), segments.end(slot), resent, minRtt.get(), report.sample.nowNanos);
  }

  /** Something sent only once has arrived: late, if more than that was there before. */
  private static void noticeOriginal(TransmissionControlBlock tcb, int slot, AckReport report) {
    long start = tcb.segments.start(slot);
    if (start < report.priorHighestSacked) {
      report.reorderedFrom = Math.min(report.reorderedFrom, start);
    }
    report.originalArrived |= tcb.recovery.isBeforeRecovery(tcb, tcb.segments.end(slot));
  }

  /** A D-SACK tells that the bytes up to {@code right} have arrived twice (RFC 2883, RFC 3708). */
  void onDuplicateReported(TransmissionControlBlock tcb, int left, int right, AckReport report) {
    int length = SequenceNumber.diff(right, left);
    int duplicates = Math.max(1, (length + tcb.mssBytes - 1) / tcb.mssBytes);
    copiesReported += duplicates;
    if (copiesReported > copiesSent) {
      // It was the network that made a second one.
      return;
    }
    report.duplicateSegments += duplicates;
    report.probeArrivedTwice |= length <= tcb.mssBytes && tcb.probe.isProbe(right);
    if (!report.probeArrivedTwice) {
      tcb.rack.onDuplicateReported();
    }
    tcb.recovery.onDuplicates(right, duplicates);
    if (SequenceNumber.gt(right, tcb.sndUna)) {
      markCopies(tcb, tcb.sendPosition(left), tcb.sendPosition(right));
    }
  }

  /** Of what is SACKed and not acknowledged yet a copy has arrived, too. */
  private static void markCopies(TransmissionControlBlock tcb, long start, long end) {
    SentSegments segments = tcb.segments;
    int slot = segments.find(start);
    while (slot != SentSegments.NONE && segments.end(slot) <= end) {
      if (segments.is(slot, SentSegments.SACKED)) {
        segments.markCopyArrived(slot);
      }
      slot = segments.after(slot);
    }
  }

  /** What arrived late tells how much the path reorders. */
  static void finishReordering(TransmissionControlBlock tcb, AckReport report) {
    long highest = tcb.scoreboard.highest(tcb.sendPosition(tcb.sndUna));
    highest = Math.max(highest, report.priorHighestSacked);
    if (report.reorderedFrom < highest) {
      tcb.rack.onReordering(highest - report.reorderedFrom, tcb.mssBytes);
    }
  }

  /**
   * Takes the round-trip samples (RFC 6298 §3, RFC 7323 §4.1). A segment's own time is preferred to
   * an echoed timestamp, which is coarser.
   *
   * @return whether there was one
   */
  boolean measureRoundTrip(TransmissionControlBlock tcb, AckReport report) {
    long now = report.sample.nowNanos;
    long rtt = -1;
    long latest = -1;
    if (report.measuredFromNanos() >= 0) {
      rtt = now - report.measuredFromNanos();
      latest = now - report.measuredLastNanos();
    } else if (report.echoes && report.advances) {
      int millis = tcb.timestampClock(now) - report.timestampEcho;
      rtt = millis >= 0 ? millis * 1_000_000L : -1;
      latest = rtt;
    }
    report.sample.rttNanos = latest;
    if (rtt >= 0) {
      minRtt.add(Math.max(latest, 1), now);
      tcb.rtt.sample(rtt);
    }
    return rtt >= 0;
  }

  /** The handshake's sample. */
  void measure(TransmissionControlBlock tcb, long rttNanos, long nowNanos) {
    minRtt.add(Math.max(rttNanos, 1), nowNanos);
    tcb.rtt.sample(rttNanos);
  }
}
