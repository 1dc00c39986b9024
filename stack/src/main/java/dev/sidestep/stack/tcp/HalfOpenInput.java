package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/** SEGMENT ARRIVES in SYN-RECEIVED of a passive open (RFC 9293 §3.10.7.4; Linux: tcp_check_req). */
final class HalfOpenInput {

  private final TcpContext context;
  private final SegmentSender sender;
  private final SynAckOutput synAcks;
  private final ConnectionStart start;

  HalfOpenInput(
      TcpContext context, SegmentSender sender, SynAckOutput synAcks, ConnectionStart start) {
    this.context = context;
    this.sender = sender;
    this.synAcks = synAcks;
    this.start = start;
  }

  /**
   * A segment for a half-open connection.
   *
   * @return the connection that this segment has completed, and which is to handle it, or null
   */
  @Nullable TransmissionControlBlock segmentArrives(
      HalfOpenConnection connection, SegmentInfo seg, IpPacket packet, long nowNanos) {
    boolean repeatedSyn =
        (seg.flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST)) == TcpHeader.SYN
            && seg.segSeq == connection.irs;
    if (repeatedSyn) {
      if (mayAnswer(connection, nowNanos)) {
        synAcks.answer(connection, nowNanos);
      }
      return null;
    }
    if (!isAcceptable(connection, seg, nowNanos)) {
      return null;
    }
    if (seg.has(TcpHeader.RST)) {
      reset(connection, seg, nowNanos);
      return null;
    }
    if (seg.has(TcpHeader.SYN)) {
      // RFC 5961 §4.
      context.counters.drop(DropReason.TCP_OUTSIDE_WINDOW);
      sendChallengeAck(connection, nowNanos);
      return null;
    }
    return acknowledged(connection, seg, packet, nowNanos);
  }

  private boolean isAcceptable(HalfOpenConnection connection, SegmentInfo seg, long nowNanos) {
    boolean old =
        connection.timestamps
            && seg.options.timestampPresent
            && !seg.has(TcpHeader.RST)
            && SequenceNumber.lt(seg.options.timestampValue, connection.tsRecent);
    int window = window(connection);
    int rcvNxt = connection.rcvNxt();
    boolean inWindow =
        SequenceNumber.lt(seg.segSeq, rcvNxt + window) && SequenceNumber.geq(seg.endSeq(), rcvNxt);
    if (inWindow && !old) {
      return true;
    }
    context.counters.drop(old ? DropReason.TCP_PAWS : DropReason.TCP_OUTSIDE_WINDOW);
    if (!seg.has(TcpHeader.RST)) {
      sendChallengeAck(connection, nowNanos);
    }
    return false;
  }

  private void reset(HalfOpenConnection connection, SegmentInfo seg, long nowNanos) {
    if (seg.segSeq == connection.rcvNxt()) {
      context.counters.increment(Counter.TCP_ATTEMPT_FAILS);
      synAcks.remove(connection);
    } else {
      context.counters.drop(DropReason.TCP_BAD_RST);
      sendChallengeAck(connection, nowNanos);
    }
  }

  private @Nullable TransmissionControlBlock acknowledged(
      HalfOpenConnection connection, SegmentInfo seg, IpPacket packet, long nowNanos) {
    if (!seg.has(TcpHeader.ACK) || seg.segAck != connection.iss + 1) {
      context.counters.drop(DropReason.TCP_BAD_ACK);
      if (seg.has(TcpHeader.ACK)) {
        sender.sendReset(seg, packet, nowNanos);
      }
      return null;
    }
    // Without a place for it the connection stays half-open, as in Linux: the next SYN-ACK asks for
    // this ACK again.
    TransmissionControlBlock tcb = start.start(connection, seg, nowNanos);
    if (tcb != null) {
      establish(connection, tcb, nowNanos);
    }
    return tcb;
  }

  private void establish(
      HalfOpenConnection connection, TransmissionControlBlock tcb, long nowNanos) {
    if (connection.retransmissions == 0) {
      tcb.deliveries.measure(tcb, nowNanos - connection.sentNanos, nowNanos);
    }
    connection.synAckPending = false;
    connection.listener.remove(connection);
    context.timers.remove(connection);
    context.connections.replace(connection, tcb);
    start.established(connection.listener, tcb, nowNanos);
  }

  private void sendChallengeAck(HalfOpenConnection to, long nowNanos) {
    if (!mayAnswer(to, nowNanos)) {
      return;
    }
    context.counters.increment(Counter.TCP_CHALLENGE_ACKS_SENT);
    sender.sendAck(
        to,
        to.iss + 1,
        to.rcvNxt(),
        window(to),
        to.timestamps,
        to.timestampClock(nowNanos),
        to.tsRecent,
        nowNanos);
  }

  private static boolean mayAnswer(HalfOpenConnection connection, long nowNanos) {
    if (nowNanos < connection.nextChallengeNanos) {
      return false;
    }
    connection.nextChallengeNanos = nowNanos + TcpInput.CHALLENGE_INTERVAL_NANOS;
    return true;
  }

  private int window(HalfOpenConnection connection) {
    return ReceiveWindow.synField(connection.listener.socket.options(), context.config);
  }
}
