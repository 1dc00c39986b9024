package dev.sidestep.stack.tcp;

import dev.sidestep.stack.tcp.congestion.AckSample;

/**
 * What one acknowledgement does to what is outstanding, gathered step by step (Linux: the FLAG_
 * bits of tcp_ack with tcp_sacktag_state). One object per shard, filled anew for each.
 */
final class AckReport {

  private static final long NEVER_SENT = -1;

  final AckSample sample = new AckSample();

  /** Whether it moves SND.UNA. */
  boolean advances;

  /** Whether the segment has text, or changes the window: then it is no duplicate. */
  boolean saysMore;

  /** Whether SACK blocks tell of something new. */
  boolean sacksMore;

  /** Whether something sent only once, before the present recovery, has arrived. */
  boolean originalArrived;

  /** Whether the ACK field covers something that was sent more than once. */
  boolean coversCopy;

  /** Segments that a D-SACK says have arrived twice. */
  int duplicateSegments;

  /** Whether the D-SACK speaks of a tail loss probe. */
  boolean probeArrivedTwice;

  /** Whether a copy sent again was found lost as well. */
  boolean copyLost;

  /** Whether something SACKed is now the first to be missing. */
  boolean reneges;

  /** The echoed timestamp, meaningful only with {@link #echoes}. */
  int timestampEcho;

  boolean echoes;

  /** SND.UNA before. */
  int priorSndUna;

  /** Where the furthest SACKed byte was before. */
  long priorHighestSacked;

  /** The first byte that arrived late, as far as is known. */
  long reorderedFrom;

  /** Segments that the ACK field covers. */
  int coveredSegments;

  int coveredBytes;

  /** After how long what is late now will be lost, or 0 if nothing is. */
  long waitNanos;

  /** When the first and last of the segments sent only once were sent that the ACK field covers. */
  private long firstCoveredNanos;

  private long lastCoveredNanos;

  /** The same for those SACKed. */
  private long firstSackedNanos;

  private long lastSackedNanos;

  /** When what had been delivered before the flight being measured was delivered. */
  long priorDeliveredNanos;

  /** Time it took to send the flight being measured. */
  long sendingNanos;

  /** End of the segment sent last of those delivered. */
  long lastDeliveredEnd;

  void begin(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    sample.clear(nowNanos);
    advances = false;
    saysMore = seg.segLen() > 0;
    sacksMore = false;
    originalArrived = false;
    coversCopy = false;
    duplicateSegments = 0;
    probeArrivedTwice = false;
    copyLost = false;
    reneges = false;
    echoes = tcb.timestamps && seg.options.timestampPresent && seg.options.timestampEchoReply != 0;
    timestampEcho = seg.options.timestampEchoReply;
    priorSndUna = tcb.sndUna;
    reorderedFrom = Long.MAX_VALUE;
    coveredSegments = 0;
    coveredBytes = 0;
    waitNanos = 0;
    firstCoveredNanos = NEVER_SENT;
    lastCoveredNanos = NEVER_SENT;
    firstSackedNanos = NEVER_SENT;
    lastSackedNanos = NEVER_SENT;
    priorDeliveredNanos = 0;
    sendingNanos = 0;
    lastDeliveredEnd = 0;
  }

  /** Something that was sent only once is acknowledged, so it measures the round trip. */
  void measure(long sentNanos, boolean bySack) {
    if (bySack) {
      firstSackedNanos = firstSackedNanos == NEVER_SENT ? sentNanos : firstSackedNanos;
      lastSackedNanos = sentNanos;
    } else {
      firstCoveredNanos = firstCoveredNanos == NEVER_SENT ? sentNanos : firstCoveredNanos;
      lastCoveredNanos = sentNanos;
    }
  }

  /** When what measures the round trip was sent, or -1 if nothing does (Karn, RFC 6298 §3). */
  long measuredFromNanos() {
    return firstCoveredNanos != NEVER_SENT && !coversCopy ? firstCoveredNanos : firstSackedNanos;
  }

  /** The same for the segment sent last, whose ACK was not delayed. */
  long measuredLastNanos() {
    if (lastSackedNanos != NEVER_SENT) {
      return lastSackedNanos;
    }
    return coversCopy ? NEVER_SENT : lastCoveredNanos;
  }

  /** When the first of what is newly SACKed was sent, or -1. */
  long sackedFromNanos() {
    return firstSackedNanos;
  }

  /** Whether it tells of nothing new at all. */
  boolean isPureDuplicate() {
    return !advances && !saysMore && !sacksMore;
  }

  /** RFC 5681 §2, and no D-SACK, which tells that something arrived twice. */
  boolean isDuplicate() {
    return !advances && !saysMore && duplicateSegments == 0;
  }
}
