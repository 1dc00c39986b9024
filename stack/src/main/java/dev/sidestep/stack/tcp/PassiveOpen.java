package dev.sidestep.stack.tcp;

import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/**
 * SEGMENT ARRIVES in LISTEN (RFC 9293 §3.10.7.2): SYNs, and ACKs of those that are not remembered.
 * As in Linux (tcp_syncookies=1) a listener whose table of half-open connections is full gives out
 * {@linkplain SynCookies cookies} instead, so nobody has to make room for anybody (RFC 4987), and a
 * flood allocates nothing.
 */
final class PassiveOpen {

  private final TcpContext context;
  private final SegmentSender sender;
  private final SynAckOutput synAcks;
  private final ConnectionStart start;
  private final CookieExchange cookies;

  /** One that was not remembered, for the next segment to be read into. */
  private @Nullable HalfOpenConnection spare;

  PassiveOpen(
      TcpContext context, SegmentSender sender, SynAckOutput synAcks, ConnectionStart start) {
    this.context = context;
    this.sender = sender;
    this.synAcks = synAcks;
    this.start = start;
    this.cookies = new CookieExchange(context, synAcks);
  }

  /**
   * A segment for a listener, from ends that nothing is known of.
   *
   * @return the connection that this segment has opened, and which is to handle it, or null
   */
  @Nullable TransmissionControlBlock arrivesInListen(
      Listener listener, SegmentInfo seg, IpPacket packet, long nowNanos) {
    if (seg.has(TcpHeader.RST)) {
      context.counters.drop(DropReason.TCP_BAD_RST);
    } else if (seg.has(TcpHeader.ACK)) {
      return acknowledgesUnknown(listener, seg, packet, nowNanos);
    } else if (!seg.has(TcpHeader.SYN) || seg.has(TcpHeader.FIN)) {
      // Linux: a SYN with FIN is an attempt to get past a filter.
      context.counters.drop(DropReason.TCP_MALFORMED);
    } else if (isFromItself(seg, packet)) {
      context.counters.drop(DropReason.TCP_BAD_ADDRESS);
    } else {
      open(listener, seg, packet, nowNanos);
    }
    return null;
  }

  /** The LAND attack: both ends the same, so that the answer would be a question again. */
  private static boolean isFromItself(SegmentInfo seg, IpPacket packet) {
    return (seg.ports >>> 16) == (seg.ports & 0xffff)
        && packet.sourceLow == packet.destinationLow
        && packet.sourceHigh == packet.destinationHigh;
  }

  /**
   * Opens a connection in the place of one in TIME-WAIT (RFC 6191, MAY-2).
   *
   * @param previousSndNxt the last sequence number of the old connection, which ours must be beyond
   */
  void reopen(
      Listener listener, SegmentInfo seg, IpPacket packet, int previousSndNxt, long nowNanos) {
    if (isAccepting(listener)) {
      HalfOpenConnection asked = asked(listener, seg, packet, nowNanos);
      // Linux: further than the largest window without scaling. No cookie could be.
      asked.iss = SequenceNumber.max(asked.iss, previousSndNxt + 0x10001);
      remember(asked, nowNanos);
    }
  }

  private void open(Listener listener, SegmentInfo seg, IpPacket packet, long nowNanos) {
    if (isAccepting(listener)) {
      HalfOpenConnection asked = asked(listener, seg, packet, nowNanos);
      if (listener.halfOpenCount() < context.config.maxHalfOpen()) {
        remember(asked, nowNanos);
      } else {
        cookies.answer(asked, nowNanos);
      }
    }
  }

  private boolean isAccepting(Listener listener) {
    if (listener.socket.isFull()) {
      start.countOverflow();
      return false;
    }
    return true;
  }

  private HalfOpenConnection asked(
      Listener listener, SegmentInfo seg, IpPacket packet, long nowNanos) {
    HalfOpenConnection asked = read(listener, seg, packet);
    asked.iss = context.initialSequence.next(asked, nowNanos);
    asked.timestampOffset = context.initialSequence.timestampOffset(asked);
    return asked;
  }

  private HalfOpenConnection read(Listener listener, SegmentInfo seg, IpPacket packet) {
    HalfOpenConnection connection = spare;
    if (connection == null) {
      connection = new HalfOpenConnection(listener, seg, packet);
      spare = connection;
    } else {
      connection.become(listener, seg, packet);
    }
    return connection;
  }

  private void remember(HalfOpenConnection connection, long nowNanos) {
    spare = null;
    synAcks.await(connection, nowNanos);
  }

  /** An ACK that is no half-open connection's: it may bring a cookie back. */
  private @Nullable TransmissionControlBlock acknowledgesUnknown(
      Listener listener, SegmentInfo seg, IpPacket packet, long nowNanos) {
    if (nowNanos < listener.cookiesUntilNanos && !seg.has(TcpHeader.SYN)) {
      HalfOpenConnection connection = read(listener, seg, packet);
      if (cookies.isAcknowledged(connection, seg, nowNanos)) {
        return acknowledgesCookie(connection, seg, nowNanos);
      }
    }
    context.counters.drop(DropReason.TCP_NO_SOCKET);
    sender.sendReset(seg, packet, nowNanos);
    return null;
  }

  /** Without a place for it no reset: the ACK will come again with the peer's first text. */
  private @Nullable TransmissionControlBlock acknowledgesCookie(
      HalfOpenConnection connection, SegmentInfo seg, long nowNanos) {
    TransmissionControlBlock tcb = start.start(connection, seg, nowNanos);
    if (tcb != null) {
      context.atWork = tcb;
      context.connections.add(tcb);
      start.established(connection.listener, tcb, nowNanos);
    }
    return tcb;
  }
}
