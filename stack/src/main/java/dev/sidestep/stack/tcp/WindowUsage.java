package dev.sidestep.stack.tcp;

import dev.sidestep.stack.tcp.congestion.CongestionControl;

/**
 * Whether the congestion window was used to the full in the last round trip (Linux:
 * tcp_cwnd_validate, tcp_is_cwnd_limited). One that is not used must not grow (RFC 7661 §4.3); what
 * counts is the most that was outstanding, not what a stretch of ACKs has left of it.
 */
final class WindowUsage {

  private boolean limited;
  private int mostOutstandingBytes;

  /** The window that is being looked at ends here. */
  private int endSeq;

  void start(int sndNxt) {
    endSeq = sndNxt;
  }

  /** Something was sent, or the window kept it from being sent. */
  void onSent(int sndUna, int sndNxt, boolean nowLimited) {
    int outstanding = SequenceNumber.diff(sndNxt, sndUna);
    if (SequenceNumber.geq(sndUna, endSeq)
        || nowLimited
        || (!limited && outstanding > mostOutstandingBytes)) {
      limited = nowLimited;
      mostOutstandingBytes = outstanding;
      endSeq = sndNxt;
    }
  }

  /** In slow start half a window is reason enough to grow: it doubles what was acknowledged. */
  boolean isLimited(CongestionControl congestion) {
    return limited
        || (congestion.inSlowStart() && congestion.windowBytes() < 2L * mostOutstandingBytes);
  }
}
