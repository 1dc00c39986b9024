package dev.sidestep.stack.tcp;

import dev.sidestep.stack.wire.ParsedTcpOptions;

/**
 * What the peer has selectively acknowledged (RFC 2018), and from that what is lost and what is
 * still in flight (RFC 6675). Positions are those of the send queue; a FIN counts as one more.
 */
final class SackScoreboard {

  private final ByteRanges sacked = new ByteRanges();

  /** Everything lost below has been sent again in this recovery (HighRxt). */
  private long retransmittedTo;

  /**
   * SND.MAX when the first hole was sent again: what is SACKed beyond was sent after it, and tells
   * that the retransmission is lost, too.
   */
  private long retransmittedBefore;

  private long holeStart;
  private int holeBytes;

  /**
   * Takes over the SACK blocks of a segment. Blocks that make no sense, among them D-SACKs (RFC
   * 2883) and those of data never sent, are ignored.
   *
   * @return whether they tell of something new
   */
  boolean takeBlocks(TransmissionControlBlock tcb, ParsedTcpOptions options) {
    boolean news = false;
    for (int i = 0; i < options.sackBlockCount; i++) {
      int left = options.sackLeftEdge(i);
      int right = options.sackRightEdge(i);
      boolean plausible =
          SequenceNumber.gt(left, tcb.sndUna)
              && SequenceNumber.lt(left, right)
              && SequenceNumber.leq(right, tcb.sndMax);
      if (plausible) {
        long start = tcb.sendPosition(left);
        long end = tcb.sendPosition(right);
        news |= !sacked.contains(start, end) && sacked.add(start, end);
      }
    }
    return news;
  }

  /** Everything below {@code sndUna} is acknowledged. */
  void acknowledged(long sndUna, long sndMax) {
    if (!sacked.isEmpty()) {
      sacked.advance(sndUna);
    }
    retransmittedBefore = sndMax;
  }

  /** Recovery has begun with the first segment, which ends at {@code retransmittedTo}. */
  void begin(long retransmittedTo, long sndMax) {
    this.retransmittedTo = retransmittedTo;
    retransmittedBefore = sndMax;
  }

  /** A hole was sent again up to {@code position}. */
  void retransmitted(long position) {
    retransmittedTo = position;
  }

  /** Forgets everything. */
  void clear() {
    sacked.clear();
    retransmittedTo = 0;
  }

  /** Forgets everything, and the memory that many ranges took. */
  void reset() {
    sacked.reset();
    retransmittedTo = 0;
  }

  /**
   * IsLost of RFC 6675 §4: more than two segments beyond {@code position} have arrived. Nothing is
   * SACKed at the position itself.
   */
  boolean isLost(long position, int segmentBytes) {
    return areEnough(sacked.bytesFrom(position), segmentBytes);
  }

  private static boolean areEnough(long bytesAbove, int segmentBytes) {
    return bytesAbove > 2L * segmentBytes;
  }

  /** Whether the first unacknowledged segment was sent again in this recovery. */
  boolean isFirstRetransmitted(long sndUna) {
    return retransmittedTo > sndUna;
  }

  /** If the retransmission of the first hole is lost as well, all holes are to be sent again. */
  void noticeLostRetransmission(long sndUna, long sndMax, int segmentBytes) {
    if (isFirstRetransmitted(sndUna) && isLost(retransmittedBefore, segmentBytes)) {
      retransmittedTo = sndUna;
      retransmittedBefore = sndMax;
    }
  }

  /**
   * Finds the first lost bytes that were not sent again yet (NextSeg of RFC 6675 §4, rule 1).
   *
   * @return false if there are none
   */
  boolean findLostHole(long sndUna, int segmentBytes) {
    long above = sacked.bytesFrom(sndUna);
    long start = sndUna;
    for (int i = 0; i < sacked.count() && areEnough(above, segmentBytes); i++) {
      long from = Math.max(start, retransmittedTo);
      if (from < sacked.start(i)) {
        holeStart = from;
        holeBytes = (int) (sacked.start(i) - from);
        return true;
      }
      above -= sacked.end(i) - sacked.start(i);
      start = sacked.end(i);
    }
    return false;
  }

  /** Where the hole found last starts. */
  long holeStart() {
    return holeStart;
  }

  /** Length of the hole found last. */
  int holeBytes() {
    return holeBytes;
  }

  /** SetPipe of RFC 6675 §4: bytes that are still in the network. */
  int pipeBytes(long sndUna, long sndMax, int segmentBytes) {
    int count = sacked.count();
    long pipe = sndMax - (count == 0 ? sndUna : sacked.end(count - 1));
    if (count == 0) {
      return (int) pipe;
    }
    long above = 0;
    for (int i = count - 1; i >= 0; i--) {
      above += sacked.end(i) - sacked.start(i);
      long from = i == 0 ? sndUna : sacked.end(i - 1);
      long to = sacked.start(i);
      if (!areEnough(above, segmentBytes)) {
        pipe += to - from;
      }
      pipe += Math.max(0, Math.min(retransmittedTo, to) - from);
    }
    return (int) pipe;
  }
}
