package dev.sidestep.stack.tcp;

import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.wire.TcpHeader;

/**
 * SEGMENT ARRIVES for a connection that has a TCB: one method per step of RFC 9293 §3.10.7.3 and
 * §3.10.7.4 (tcp_rcv_state_process), with the changes of RFC 5961 and RFC 7323.
 */
final class TcpInput {

  /** Least time between challenge ACKs of one connection (Linux: tcp_invalid_ratelimit). */
  static final long CHALLENGE_INTERVAL_NANOS = 500_000_000L;

  /** Linux: TCP_TIMEOUT_MIN, two jiffies of a millisecond. */
  static final long SYN_REPEAT_NANOS = 2_000_000L;

  /** RFC 7323 §5.5: after 24 days TS.Recent says nothing any more. */
  static final long TS_RECENT_LIFE_NANOS = 24L * 24 * 3600 * 1_000_000_000;

  private final TcpContext context;
  private final SegmentSender sender;
  private final SynOutput syns;
  private final TcpOutput output;
  private final AckInput ackInput;
  private final TextInput textInput;
  private final ConnectionTeardown teardown;

  TcpInput(
      TcpContext context,
      SegmentSender sender,
      SynOutput syns,
      TcpOutput output,
      AckInput ackInput,
      TextInput textInput,
      ConnectionTeardown teardown) {
    this.context = context;
    this.sender = sender;
    this.syns = syns;
    this.output = output;
    this.ackInput = ackInput;
    this.textInput = textInput;
    this.teardown = teardown;
  }

  /** Handles a segment of {@code tcb}'s connection. */
  void segmentArrives(
      TransmissionControlBlock tcb, SegmentInfo seg, IpPacket packet, long nowNanos) {
    tcb.lastReceivedNanos = nowNanos;
    tcb.keepaliveProbes = 0;
    if (tcb.idleNanos == TimerEntry.NEVER) {
      tcb.idleNanos = nowNanos + TcpTimers.IDLE_NANOS;
      context.timers.schedule(tcb, tcb.idleNanos);
    }
    if (tcb.state == TcpState.SYN_SENT) {
      arrivesInSynSent(tcb, seg, packet, nowNanos);
    } else {
      arrivesSynchronised(tcb, seg, packet, nowNanos);
    }
  }

  // RFC 9293 §3.10.7.3: SYN-SENT.

  private void arrivesInSynSent(
      TransmissionControlBlock tcb, SegmentInfo seg, IpPacket packet, long nowNanos) {
    boolean acknowledges = seg.has(TcpHeader.ACK);
    if (acknowledges
        && (SequenceNumber.leq(seg.segAck, tcb.iss) || SequenceNumber.gt(seg.segAck, tcb.sndNxt))) {
      context.counters.drop(DropReason.TCP_BAD_ACK);
      sender.sendReset(seg, packet, nowNanos);
      repeatSynSoon(tcb, nowNanos);
      return;
    }
    if (seg.has(TcpHeader.RST)) {
      if (acknowledges) {
        teardown.fail(tcb, SocketError.ECONNREFUSED);
      } else {
        context.counters.drop(DropReason.TCP_BAD_RST);
      }
      return;
    }
    if (!seg.has(TcpHeader.SYN)) {
      context.counters.drop(DropReason.TCP_OUTSIDE_WINDOW);
      return;
    }
    takeSyn(tcb, seg, nowNanos);
    if (acknowledges) {
      synAcknowledged(tcb, seg, nowNanos);
    } else {
      // Simultaneous open (MUST-10).
      tcb.state = TcpState.SYN_RECEIVED;
      syns.open(tcb, nowNanos);
      tcb.rcvAdvertised = tcb.rcvNxt + tcb.windowField;
    }
  }

  /**
   * The peer still has an old connection with these ends, which our RST makes it forget (Linux:
   * tcp_rcv_synsent_state_process): no need to wait for the RTO.
   */
  private void repeatSynSoon(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.retransmissions == 0) {
      tcb.retransmitNanos = nowNanos + SYN_REPEAT_NANOS;
      context.timers.schedule(tcb, tcb.retransmitNanos);
    }
  }

  private static void takeSyn(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    tcb.startReceiving(seg.segSeq);
    tcb.agree(
        seg.options.mssBytes,
        seg.options.timestampPresent,
        seg.options.sackPermitted,
        seg.options.windowScale);
    tcb.tsRecent = seg.options.timestampValue;
    tcb.tsRecentNanos = nowNanos;
    // The window of a SYN is never scaled (RFC 7323 §2.2).
    tcb.sndWnd = seg.windowField;
    tcb.maxSndWnd = seg.windowField;
    tcb.sndWl1 = seg.segSeq;
    tcb.sndWl2 = seg.segAck;
    ReceiveWindow.promise(tcb, tcb.windowField);
  }

  private void synAcknowledged(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    if (tcb.retransmissions == 0) {
      tcb.deliveries.measure(tcb, nowNanos - tcb.timedSinceNanos, nowNanos);
    }
    tcb.sndUna = seg.segAck;
    becomeEstablished(tcb);
    output.acknowledgeLater(tcb);
    output.transmitLater(tcb);
  }

  private void becomeEstablished(TransmissionControlBlock tcb) {
    tcb.state = tcb.finQueued ? TcpState.FIN_WAIT_1 : TcpState.ESTABLISHED;
    tcb.retransmissions = 0;
    tcb.rtt.resetBackoff();
    tcb.retransmitNanos = TimerEntry.NEVER;
    TcpTimers.armKeepalive(context, tcb);
    tcb.socket.established();
  }

  // RFC 9293 §3.10.7.4: all other states.

  private void arrivesSynchronised(
      TransmissionControlBlock tcb, SegmentInfo seg, IpPacket packet, long nowNanos) {
    if (isCrossedSynAck(tcb, seg)) {
      leaveSynReceived(tcb, seg, packet, nowNanos);
      output.acknowledgeLater(tcb);
      return;
    }
    if (isPawsReject(tcb, seg, nowNanos) || !isAcceptable(tcb, seg, nowNanos)) {
      return;
    }
    if (seg.has(TcpHeader.RST)) {
      reset(tcb, seg, nowNanos);
      return;
    }
    if (seg.has(TcpHeader.SYN)) {
      // RFC 5961 §4: whatever its sequence number.
      context.counters.drop(DropReason.TCP_OUTSIDE_WINDOW);
      output.sendChallengeAck(tcb, nowNanos);
      return;
    }
    if (!seg.has(TcpHeader.ACK)) {
      context.counters.drop(DropReason.TCP_BAD_ACK);
      return;
    }
    if (tcb.state == TcpState.SYN_RECEIVED && !leaveSynReceived(tcb, seg, packet, nowNanos)) {
      return;
    }
    if (ackInput.process(tcb, seg, nowNanos)) {
      if (seg.has(TcpHeader.URG)) {
        checkUrgent(tcb, seg);
      }
      textInput.process(tcb, seg, nowNanos);
    }
  }

  /**
   * In a simultaneous open each end's SYN-ACK repeats a SYN that the other has taken already (RFC
   * 9293 §3.5 figure 7), which the sequence check would not let pass.
   */
  private static boolean isCrossedSynAck(TransmissionControlBlock tcb, SegmentInfo seg) {
    int flags = seg.flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST);
    return tcb.state == TcpState.SYN_RECEIVED
        && flags == (TcpHeader.SYN | TcpHeader.ACK)
        && seg.segSeq == tcb.irs
        && seg.segAck == tcb.sndNxt;
  }

  /** Protect Against Wrapped Sequences (RFC 7323 §5.3 R1). A RST is accepted regardless. */
  private boolean isPawsReject(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    boolean old =
        tcb.timestamps
            && seg.options.timestampPresent
            && SequenceNumber.lt(seg.options.timestampValue, tcb.tsRecent);
    if (!old || seg.has(TcpHeader.RST) || nowNanos - tcb.tsRecentNanos > TS_RECENT_LIFE_NANOS) {
      return false;
    }
    context.counters.drop(DropReason.TCP_PAWS);
    answerUnacceptable(tcb, seg, nowNanos);
    return true;
  }

  /**
   * First step: check the sequence number. As in Linux a segment at the very right edge of the
   * window counts as acceptable, so that the ACKs of a peer that has filled our window are heard
   * (MUST-66 asks for more than the RFC's table gives).
   */
  private boolean isAcceptable(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    int endSeq = seg.endSeq();
    boolean reaches =
        endSeq == seg.segSeq
            ? SequenceNumber.geq(seg.segSeq, tcb.rcvNxt)
            : SequenceNumber.gt(endSeq, tcb.rcvNxt);
    if (reaches && SequenceNumber.leq(seg.segSeq, tcb.rcvAdvertised)) {
      return true;
    }
    if (seg.has(TcpHeader.RST)) {
      context.counters.drop(DropReason.TCP_BAD_RST);
      return false;
    }
    context.counters.drop(DropReason.TCP_OUTSIDE_WINDOW);
    answerUnacceptable(tcb, seg, nowNanos);
    return false;
  }

  /**
   * Acknowledges a segment that is dropped. What carries text is answered each time, since the peer
   * has lost our ACK; anything else could be part of a loop of two confused ends, and is throttled
   * (Linux: tcp_oow_rate_limited).
   */
  private void answerUnacceptable(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    if (seg.segLen() == 0 || seg.has(TcpHeader.SYN)) {
      output.sendChallengeAck(tcb, nowNanos);
    } else {
      if (SequenceNumber.lt(seg.segSeq, tcb.rcvNxt)) {
        tcb.duplicates.add(seg.segSeq, SequenceNumber.min(seg.endSeq(), tcb.rcvNxt));
      }
      tcb.delayedAck.onDisorder();
      output.acknowledgeLater(tcb);
    }
  }

  /** Second step: RST. Only the very next sequence number ends the connection (RFC 5961 §3.2). */
  private void reset(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    if (seg.segSeq != tcb.rcvNxt) {
      context.counters.drop(DropReason.TCP_BAD_RST);
      if (SequenceNumber.lt(seg.segSeq, tcb.rcvAdvertised)) {
        output.sendChallengeAck(tcb, nowNanos);
      }
      return;
    }
    boolean refused = tcb.state == TcpState.SYN_RECEIVED;
    teardown.fail(tcb, refused ? SocketError.ECONNREFUSED : SocketError.ECONNRESET);
  }

  /**
   * Sixth step: the URG bit (MUST-30, MUST-31; tcp_check_urg). As Linux does by default (tcp_stdurg
   * off) the pointer is taken to name the byte behind the urgent one, whatever RFC 6093 says. It
   * may point anywhere; what counts is whether it is ahead of what has arrived.
   */
  private static void checkUrgent(TransmissionControlBlock tcb, SegmentInfo seg) {
    int urgent = seg.segSeq + Math.max(seg.urgentPointer - 1, 0);
    if (tcb.canReceive()
        && !tcb.orphaned
        && !tcb.discarding
        && SequenceNumber.geq(urgent, tcb.rcvNxt)) {
      tcb.receiveQueue().markUrgent(tcb.receivePosition(urgent), tcb.socket.options());
    }
  }

  /** Fifth step, SYN-RECEIVED (after a simultaneous open). Returns whether to go on. */
  private boolean leaveSynReceived(
      TransmissionControlBlock tcb, SegmentInfo seg, IpPacket packet, long nowNanos) {
    if (SequenceNumber.leq(seg.segAck, tcb.sndUna) || SequenceNumber.gt(seg.segAck, tcb.sndNxt)) {
      context.counters.drop(DropReason.TCP_BAD_ACK);
      sender.sendReset(seg, packet, nowNanos);
      return false;
    }
    tcb.sndUna = seg.segAck;
    boolean scaled = !seg.has(TcpHeader.SYN);
    tcb.sndWnd = scaled ? seg.windowField << tcb.sndWindowScale : seg.windowField;
    tcb.maxSndWnd = tcb.sndWnd;
    tcb.sndWl1 = seg.segSeq;
    tcb.sndWl2 = seg.segAck;
    becomeEstablished(tcb);
    teardown.signalLater(tcb, Readiness.WRITE);
    output.transmitLater(tcb);
    return true;
  }
}
