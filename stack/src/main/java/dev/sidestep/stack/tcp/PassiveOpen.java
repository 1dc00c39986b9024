package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.ParsedTcpOptions;
import dev.sidestep.stack.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/**
 * SYNs to a listener, and the half-open connections they leave (RFC 9293 §3.10.7.2). As in Linux
 * (tcp_syncookies=1) a listener whose table of them is full gives out {@linkplain SynCookies
 * cookies} instead, so nobody has to make room for anybody (RFC 4987).
 */
final class PassiveOpen {

  /** Linux: the least that reqsk_timer_handler goes down to. */
  private static final int CROWDED_RETRIES = 2;

  private final TcpContext context;
  private final SegmentSender sender;

  PassiveOpen(TcpContext context, SegmentSender sender) {
    this.context = context;
    this.sender = sender;
  }

  // RFC 9293 §3.10.7.2: LISTEN.

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
    HalfOpenConnection connection = halfOpen(listener, seg, packet, nowNanos);
    if (connection != null) {
      // Linux: further than the largest window without scaling. No cookie could be.
      connection.iss = SequenceNumber.max(connection.iss, previousSndNxt + 0x10001);
      await(connection, nowNanos);
    }
  }

  private void open(Listener listener, SegmentInfo seg, IpPacket packet, long nowNanos) {
    HalfOpenConnection connection = halfOpen(listener, seg, packet, nowNanos);
    if (connection != null && listener.halfOpenCount() < context.config.maxHalfOpen()) {
      await(connection, nowNanos);
    } else if (connection != null) {
      answerWithCookie(connection, nowNanos);
    }
  }

  /** What a SYN asks for, or null if nobody accepts connections fast enough. */
  private @Nullable HalfOpenConnection halfOpen(
      Listener listener, SegmentInfo seg, IpPacket packet, long nowNanos) {
    if (listener.socket.isFull()) {
      countOverflow();
      return null;
    }
    HalfOpenConnection connection = new HalfOpenConnection(listener, seg, packet);
    connection.iss = context.initialSequence.next(connection, nowNanos);
    connection.timestampOffset = context.initialSequence.timestampOffset(connection);
    return connection;
  }

  /** Answers a SYN and remembers it until the answer is acknowledged. */
  private void await(HalfOpenConnection connection, long nowNanos) {
    context.atWork = connection;
    context.connections.add(connection);
    connection.listener.add(connection);
    armRetransmit(connection, nowNanos);
    answer(connection, nowNanos);
  }

  private void armRetransmit(HalfOpenConnection connection, long nowNanos) {
    long rto = context.config.initialRtoNanos() << connection.retransmissions;
    connection.retransmitNanos = nowNanos + Math.min(rto, context.config.maxRtoNanos());
    context.timers.schedule(connection, connection.retransmitNanos);
  }

  /**
   * Sends the SYN-ACK; at the next flush if there is no buffer, which is no loss on the network.
   */
  private void answer(HalfOpenConnection to, long nowNanos) {
    to.synAckPending = !sendSynAck(to, to.timestampClock(nowNanos), nowNanos);
    if (to.synAckPending) {
      context.touched.add(to);
    } else if (!to.sent) {
      to.sent = true;
      to.sentNanos = nowNanos;
      to.retransmissions = 0;
      armRetransmit(to, nowNanos);
    }
  }

  /** Sends the SYN-ACK for which there was no buffer. */
  void finish(HalfOpenConnection connection, long nowNanos) {
    if (connection.synAckPending) {
      answer(connection, nowNanos);
    }
  }

  /** Answers a SYN for which there is no room so that it need not be remembered. */
  private void answerWithCookie(HalfOpenConnection connection, long nowNanos) {
    context.counters.increment(Counter.TCP_SYN_COOKIES_SENT);
    connection.listener.cookiesUntilNanos = nowNanos + SynCookies.LIFE_NANOS;
    if (!connection.timestamps) {
      connection.peerWindowScale = ParsedTcpOptions.ABSENT;
      connection.sackPermitted = false;
    }
    connection.iss = context.synCookies.sequence(connection, nowNanos);
    int clock = connection.timestampClock(nowNanos) - connection.timestampOffset;
    int said =
        SynCookies.timestamp(clock, connection.peerWindowScale, connection.sackPermitted)
            + connection.timestampOffset;
    sendSynAck(connection, said, nowNanos);
  }

  /** An ACK that is no half-open connection's: it may bring a cookie back. */
  private @Nullable TransmissionControlBlock acknowledgesUnknown(
      Listener listener, SegmentInfo seg, IpPacket packet, long nowNanos) {
    HalfOpenConnection connection =
        nowNanos < listener.cookiesUntilNanos && !seg.has(TcpHeader.SYN)
            ? fromCookie(listener, seg, packet, nowNanos)
            : null;
    if (connection == null) {
      context.counters.drop(DropReason.TCP_NO_SOCKET);
      sender.sendReset(seg, packet, nowNanos);
      return null;
    }
    Route route = sender.route(connection);
    if (route == null || listener.socket.isFull()) {
      // No reset: the ACK will come again with the peer's first text.
      countOverflow();
      return null;
    }
    TransmissionControlBlock tcb = newConnection(connection, seg, route, nowNanos);
    context.atWork = tcb;
    context.connections.add(tcb);
    established(listener, tcb, nowNanos);
    return tcb;
  }

  /** The half-open connection that is acknowledged if this is a cookie, or null. */
  private @Nullable HalfOpenConnection fromCookie(
      Listener listener, SegmentInfo seg, IpPacket packet, long nowNanos) {
    HalfOpenConnection connection = new HalfOpenConnection(listener, seg, packet);
    connection.irs = seg.segSeq - 1;
    connection.iss = seg.segAck - 1;
    connection.peerMssBytes =
        context.synCookies.segmentBytes(connection, connection.irs, connection.iss, nowNanos);
    if (connection.peerMssBytes == SynCookies.NO_COOKIE) {
      context.counters.increment(Counter.TCP_SYN_COOKIES_FAILED);
      return null;
    }
    context.counters.increment(Counter.TCP_SYN_COOKIES_RECEIVED);
    connection.timestampOffset = context.initialSequence.timestampOffset(connection);
    if (connection.timestamps) {
      int said = seg.options.timestampEchoReply - connection.timestampOffset;
      connection.peerWindowScale = SynCookies.windowScale(said);
      connection.sackPermitted = SynCookies.sackPermitted(said);
    }
    return connection;
  }

  private void countOverflow() {
    context.counters.drop(DropReason.TCP_BACKLOG_FULL);
    context.counters.increment(Counter.TCP_LISTEN_OVERFLOWS);
  }

  /** Returns false if there was no buffer. */
  private boolean sendSynAck(HalfOpenConnection to, int timestampValue, long nowNanos) {
    Route route = sender.route(to);
    if (route == null) {
      // Nor will there be one at the end of this poll.
      return true;
    }
    StreamOptions options = to.listener.socket.options();
    boolean scales = to.peerWindowScale != ParsedTcpOptions.ABSENT;
    return sender.sendSyn(
        to,
        route,
        to.iss,
        to.rcvNxt(),
        TcpHeader.SYN | TcpHeader.ACK,
        synField(options),
        to.sackPermitted,
        to.timestamps,
        timestampValue,
        to.tsRecent,
        scales ? ReceiveWindow.scale(options, context.config) : ParsedTcpOptions.ABSENT,
        options.trafficClass,
        nowNanos);
  }

  private int synField(StreamOptions options) {
    return ReceiveWindow.synField(ReceiveWindow.initialCapacityBytes(options, context.config));
  }

  // SYN-RECEIVED of a passive open (Linux: tcp_check_req).

  /**
   * A segment for a half-open connection.
   *
   * @return the connection that this segment has completed, and which is to handle it, or null
   */
  @Nullable TransmissionControlBlock arrivesHalfOpen(
      HalfOpenConnection connection, SegmentInfo seg, IpPacket packet, long nowNanos) {
    boolean repeatedSyn =
        (seg.flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST)) == TcpHeader.SYN
            && seg.segSeq == connection.irs;
    if (repeatedSyn) {
      if (mayAnswer(connection, nowNanos)) {
        answer(connection, nowNanos);
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
    int window = synField(connection.listener.socket.options());
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
      remove(connection);
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
    Route route = sender.route(connection);
    if (route == null || connection.listener.socket.isFull()) {
      // As in Linux the connection stays half-open: the next SYN-ACK asks for this ACK again.
      countOverflow();
      return null;
    }
    return establish(connection, seg, route, nowNanos);
  }

  private TransmissionControlBlock establish(
      HalfOpenConnection connection, SegmentInfo seg, Route route, long nowNanos) {
    TransmissionControlBlock tcb = newConnection(connection, seg, route, nowNanos);
    if (connection.retransmissions == 0) {
      tcb.deliveries.measure(tcb, nowNanos - connection.sentNanos, nowNanos);
    }
    connection.synAckPending = false;
    connection.listener.remove(connection);
    context.timers.remove(connection);
    context.connections.replace(connection, tcb);
    established(connection.listener, tcb, nowNanos);
    return tcb;
  }

  private TransmissionControlBlock newConnection(
      HalfOpenConnection connection, SegmentInfo seg, Route route, long nowNanos) {
    StreamSocket socket = newSocket(connection);
    TransmissionControlBlock tcb =
        new TransmissionControlBlock(connection, socket, true, route, context.config);
    tcb.rcvWindowScale = ReceiveWindow.scale(socket.options(), context.config);
    tcb.timestampOffset = connection.timestampOffset;
    tcb.startSending(connection.iss);
    tcb.startReceiving(connection.irs);
    tcb.agree(
        connection.peerMssBytes,
        connection.timestamps,
        connection.sackPermitted,
        connection.peerWindowScale);
    tcb.tsRecent = connection.tsRecent;
    tcb.tsRecentNanos = nowNanos;
    synAcknowledged(tcb, seg);
    ReceiveWindow.promise(tcb, synField(socket.options()));
    return tcb;
  }

  private void established(Listener listener, TransmissionControlBlock tcb, long nowNanos) {
    tcb.socket.setTransport(tcb);
    tcb.lastReceivedNanos = nowNanos;
    tcb.lastSentNanos = nowNanos;
    TcpTimers.armKeepalive(context, tcb);
    context.counters.increment(Counter.TCP_PASSIVE_OPENS);
    tcb.socket.established();
    listener.socket.offer(tcb.socket);
  }

  private static void synAcknowledged(TransmissionControlBlock tcb, SegmentInfo seg) {
    tcb.state = TcpState.ESTABLISHED;
    tcb.sndUna = seg.segAck;
    tcb.sndNxt = seg.segAck;
    tcb.windowUsage.start(seg.segAck);
    tcb.sndSmall = seg.segAck;
    tcb.sndWnd = seg.windowField << tcb.sndWindowScale;
    tcb.maxSndWnd = tcb.sndWnd;
    tcb.sndWl1 = seg.segSeq;
    tcb.sndWl2 = seg.segAck;
  }

  private StreamSocket newSocket(HalfOpenConnection connection) {
    StreamOptions options = connection.listener.socket.options();
    StreamSocket socket =
        new StreamSocket(
            context.owner,
            context.memory,
            ReceiveWindow.initialCapacityBytes(options, context.config),
            options.sendBufferBytes > 0
                ? options.sendBufferBytes
                : context.config.sendBufferBytes());
    socket.options().copyFrom(options);
    socket.setLocal(connection.localAddress(), connection.localPort());
    socket.setRemote(connection.remoteAddress(), connection.remotePort());
    return socket;
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
        synField(to.listener.socket.options()),
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

  /** The SYN-ACK was not answered in time. */
  void timedOut(HalfOpenConnection connection, long nowNanos) {
    if (connection.retransmissions >= retries(connection.listener)) {
      context.counters.increment(Counter.TCP_ATTEMPT_FAILS);
      remove(connection);
      return;
    }
    connection.retransmissions++;
    armRetransmit(connection, nowNanos);
    context.counters.increment(Counter.TCP_RETRANSMITTED_SEGMENTS);
    answer(connection, nowNanos);
  }

  /** While many wait, who does not answer soon makes room, as in Linux (reqsk_timer_handler). */
  private int retries(Listener listener) {
    boolean crowded = 2 * listener.halfOpenCount() > context.config.maxHalfOpen();
    return crowded ? CROWDED_RETRIES : context.config.synAckRetries();
  }

  /** Forgets a half-open connection. */
  void remove(HalfOpenConnection connection) {
    connection.synAckPending = false;
    connection.listener.remove(connection);
    context.timers.remove(connection);
    context.connections.remove(connection);
  }
}
