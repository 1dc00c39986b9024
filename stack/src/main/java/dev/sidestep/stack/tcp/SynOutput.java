package dev.sidestep.stack.tcp;

import dev.sidestep.stack.wire.ParsedTcpOptions;
import dev.sidestep.stack.wire.TcpHeader;

/**
 * The opening segments of a connection that this side opens (tcp_connect), and those of a
 * simultaneous open. What a listener answers is {@link SynAckOutput}'s.
 */
final class SynOutput {

  private final TcpContext context;
  private final SegmentSender sender;

  SynOutput(TcpContext context, SegmentSender sender) {
    this.context = context;
    this.sender = sender;
  }

  /**
   * Sends the SYN or SYN-ACK and sets its timer; at the next flush if there is no buffer. The timer
   * then only sees to it that this does not last for ever: with the first one sent it starts anew.
   */
  void open(TransmissionControlBlock tcb, long nowNanos) {
    boolean opening = tcb.state == TcpState.SYN_SENT || tcb.state == TcpState.SYN_RECEIVED;
    boolean first = tcb.sndNxt == tcb.iss;
    boolean waited = tcb.synPending;
    tcb.synPending = opening && !sendSyn(tcb, nowNanos);
    if (tcb.synPending) {
      context.touched.add(tcb);
    } else if (opening && first) {
      tcb.timedSinceNanos = nowNanos;
      tcb.retransmissions = 0;
      tcb.rtt.resetBackoff();
    }
    if (opening && !(waited && tcb.synPending)) {
      context.sendTimers.armRetransmission(tcb, nowNanos);
    }
  }

  /** Sends the SYN, or in SYN-RECEIVED the SYN-ACK. Returns false if there was no buffer. */
  private boolean sendSyn(TransmissionControlBlock tcb, long nowNanos) {
    boolean answers = tcb.state == TcpState.SYN_RECEIVED;
    boolean timestamps = !answers || tcb.timestamps;
    boolean sack = !answers || tcb.sackPermitted;
    int scale = tcb.rcvWindowScale == 0 && answers ? ParsedTcpOptions.ABSENT : tcb.rcvWindowScale;
    tcb.windowField = ReceiveWindow.synField(tcb.receiveQueue().capacityBytes());
    boolean sent =
        sender.sendSyn(
            tcb,
            tcb.route,
            tcb.iss,
            answers ? tcb.rcvNxt : 0,
            answers ? TcpHeader.SYN | TcpHeader.ACK : TcpHeader.SYN,
            tcb.windowField,
            sack,
            timestamps,
            tcb.timestampClock(nowNanos),
            tcb.tsRecent,
            scale,
            tcb.socket.options().trafficClass,
            nowNanos);
    if (sent) {
      tcb.sndNxt = tcb.iss + 1;
    }
    return sent;
  }
}
