package dev.sidestep.stack.tcp;

import dev.sidestep.stack.socket.SocketSendQueue;

/**
 * How long the next new segment may be: what the windows, Nagle and sense allow (tcp_write_xmit).
 */
final class NextSegment {

  /** There is nothing to be sent, or it must wait. */
  static final int NOTHING = -1;

  private NextSegment() {}

  /** Bytes of text of the segment to be sent at SND.NXT, 0 for a FIN alone, or NOTHING. */
  static int lengthBytes(TransmissionControlBlock tcb) {
    int unsent = SequenceNumber.diff(tcb.sendEnd(), tcb.sndNxt);
    if (unsent < 0 || (unsent == 0 && !tcb.finQueued)) {
      return NOTHING;
    }
    int offered = tcb.sndWnd - tcb.flightBytes();
    if (unsent == 0) {
      // As in Linux the congestion window does not hold back a FIN.
      return offered > 0 ? 0 : NOTHING;
    }
    int wanted = Math.min(unsent, tcb.mssBytes);
    if (tcb.inFlightBytes() + wanted > tcb.congestion.windowBytes()) {
      return NOTHING;
    }
    int length = Math.min(wanted, offered);
    return length > 0 && isWorthSending(tcb, length, unsent) ? length : NOTHING;
  }

  /** Sender's silly window avoidance (RFC 9293 §3.8.6.2.1, MUST-38) and Nagle (SHLD-7). */
  private static boolean isWorthSending(TransmissionControlBlock tcb, int length, int unsent) {
    if (length == tcb.mssBytes) {
      return true;
    }
    if (length < unsent) {
      return length >= tcb.maxSndWnd / 2;
    }
    // Minshall's variant, as in Linux: only one small segment may be unacknowledged.
    boolean smallInFlight =
        SequenceNumber.gt(tcb.sndSmall, tcb.sndUna) && SequenceNumber.leq(tcb.sndSmall, tcb.sndNxt);
    return !smallInFlight
        || tcb.finQueued
        || tcb.socket.options().noDelay
        || isUrgent(tcb.sendQueue())
        || isFull(tcb.sendQueue());
  }

  /** Whether an urgent byte is not acknowledged yet (Linux: tcp_urg_mode). */
  static boolean isUrgent(SocketSendQueue queue) {
    return queue.urgentEnd() > queue.head();
  }

  /** Nothing can be added to a small segment, so there is nothing to wait for, as in Linux. */
  private static boolean isFull(SocketSendQueue queue) {
    return queue.freeBytes() == 0;
  }
}
