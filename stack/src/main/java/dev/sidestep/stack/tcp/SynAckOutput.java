package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.wire.ParsedTcpOptions;
import dev.sidestep.stack.wire.TcpHeader;

/**
 * Half-open connections from the SYN-ACK's point of view: sent, sent again, given up (RFC 9293
 * §3.10.8; Linux: reqsk_timer_handler).
 */
final class SynAckOutput {

  /** Linux: the least that reqsk_timer_handler goes down to. */
  private static final int CROWDED_RETRIES = 2;

  private final TcpContext context;
  private final SegmentSender sender;

  SynAckOutput(TcpContext context, SegmentSender sender) {
    this.context = context;
    this.sender = sender;
  }

  /** Answers a SYN and remembers it until the answer is acknowledged. */
  void await(HalfOpenConnection connection, long nowNanos) {
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
  void answer(HalfOpenConnection to, long nowNanos) {
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

  /**
   * Sends a SYN-ACK that says what {@code to} says.
   *
   * @return false if there was no buffer
   */
  boolean sendSynAck(HalfOpenConnection to, int timestampValue, long nowNanos) {
    Route route = sender.answerRoute(to);
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
        ReceiveWindow.synField(options, context.config),
        to.sackPermitted,
        to.timestamps,
        timestampValue,
        to.tsRecent,
        scales ? ReceiveWindow.scale(options, context.config) : ParsedTcpOptions.ABSENT,
        options.trafficClass,
        nowNanos);
  }
}
