package dev.sidestep.stack.tcp;

import dev.sidestep.stack.wire.ParsedTcpOptions;

/**
 * What the peer has selectively acknowledged (RFC 2018), and what it says has come twice (RFC
 * 2883). Positions are those of the send queue; a FIN counts as one more.
 *
 * <p>The ranges are kept beside the flags of the {@link SentSegments}, so that blocks that are told
 * again and again cost nothing but a look. They outlive a retransmission timeout: as in Linux only
 * a peer that acknowledges less than it had SACKed has thrown something away.
 */
final class SackScoreboard {

  private final ByteRanges sacked = new ByteRanges();

  /** Where the furthest SACKed byte ends, or {@code sndUna} if there is none. */
  long highest(long sndUna) {
    return sacked.isEmpty() ? sndUna : Math.max(sndUna, sacked.end(sacked.count() - 1));
  }

  /** Everything below {@code sndUna} is acknowledged. */
  void acknowledged(long sndUna) {
    if (!sacked.isEmpty()) {
      sacked.advance(sndUna);
    }
  }

  /** Forgets everything: the peer has thrown it away. */
  void clear() {
    sacked.clear();
  }

  /** Forgets everything, and the memory it took. */
  void release() {
    sacked.reset();
  }

  /**
   * Takes over the SACK blocks of a segment. Blocks that make no sense, among them those of data
   * never sent, are ignored.
   */
  void takeBlocks(TransmissionControlBlock tcb, SegmentInfo seg, AckReport report) {
    ParsedTcpOptions options = seg.options;
    int from = takeDuplicate(tcb, seg, report) ? 1 : 0;
    for (int i = from; i < options.sackBlockCount; i++) {
      int left = options.sackLeftEdge(i);
      int right = options.sackRightEdge(i);
      boolean plausible =
          SequenceNumber.gt(left, tcb.sndUna)
              && SequenceNumber.lt(left, right)
              && SequenceNumber.leq(right, tcb.sndNxt);
      if (plausible) {
        takeRange(tcb, tcb.sendPosition(left), tcb.sendPosition(right), report);
      }
    }
  }

  /** Marks the segments of a block that no block has told of before. */
  private void takeRange(TransmissionControlBlock tcb, long start, long end, AckReport report) {
    if (sacked.contains(start, end) || !sacked.hasRoomFor(start, end)) {
      return;
    }
    long at = sacked.firstMissing(start);
    while (at < end) {
      long gapEnd = sacked.nextStart(at, end);
      // A segment may be SACKed in pieces, so what is SACKed on both sides counts, too.
      markSegments(tcb, at, gapEnd, report);
      at = sacked.firstMissing(gapEnd);
    }
    sacked.add(start, end);
  }

  private void markSegments(
      TransmissionControlBlock tcb, long gapStart, long gapEnd, AckReport report) {
    long runStart = sacked.startOfRun(gapStart);
    long runEnd = sacked.endOfRun(gapEnd);
    SentSegments segments = tcb.segments;
    int slot = segments.find(gapStart);
    if (slot != SentSegments.NONE && segments.start(slot) < runStart) {
      slot = segments.after(slot);
    }
    while (slot != SentSegments.NONE
        && segments.start(slot) < gapEnd
        && segments.end(slot) <= runEnd) {
      if (!segments.is(slot, SentSegments.SACKED)) {
        tcb.deliveries.onSacked(tcb, slot, report);
      }
      slot = segments.after(slot);
    }
  }

  /**
   * The first block may be a D-SACK (RFC 2883 §4): it lies below the ACK field, or inside the
   * second block.
   */
  private static boolean takeDuplicate(
      TransmissionControlBlock tcb, SegmentInfo seg, AckReport report) {
    ParsedTcpOptions options = seg.options;
    int left = options.sackLeftEdge(0);
    int right = options.sackRightEdge(0);
    boolean below = SequenceNumber.lt(left, seg.segAck);
    boolean inside =
        options.sackBlockCount > 1
            && SequenceNumber.geq(left, options.sackLeftEdge(1))
            && SequenceNumber.leq(right, options.sackRightEdge(1));
    if (!below && !inside) {
      return false;
    }
    int length = SequenceNumber.diff(right, left);
    if (length > 0 && length <= tcb.maxSndWnd && SequenceNumber.leq(right, tcb.sndNxt)) {
      tcb.deliveries.onDuplicateReported(tcb, left, right, report);
    }
    return true;
  }
}
