package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.wire.ParsedTcpOptions;

/**
 * A handshake without a half-open connection: {@link SynCookies} out with SYN-ACKs and in again.
 */
final class CookieExchange {

  private final TcpContext context;
  private final SynAckOutput synAcks;

  CookieExchange(TcpContext context, SynAckOutput synAcks) {
    this.context = context;
    this.synAcks = synAcks;
  }

  /** Answers a SYN for which there is no room so that it need not be remembered. */
  void answer(HalfOpenConnection connection, long nowNanos) {
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
    synAcks.sendSynAck(connection, said, nowNanos);
  }

  /**
   * Whether an ACK brings a cookie of ours back.
   *
   * @param connection knows what the ACK says, and if so what the SYN has said
   */
  boolean isAcknowledged(HalfOpenConnection connection, SegmentInfo seg, long nowNanos) {
    connection.irs = seg.segSeq - 1;
    connection.iss = seg.segAck - 1;
    connection.peerMssBytes =
        context.synCookies.segmentBytes(connection, connection.irs, connection.iss, nowNanos);
    if (connection.peerMssBytes == SynCookies.NO_COOKIE) {
      context.counters.increment(Counter.TCP_SYN_COOKIES_FAILED);
      return false;
    }
    context.counters.increment(Counter.TCP_SYN_COOKIES_RECEIVED);
    connection.timestampOffset = context.initialSequence.timestampOffset(connection);
    if (connection.timestamps) {
      int said = seg.options.timestampEchoReply - connection.timestampOffset;
      connection.peerWindowScale = SynCookies.windowScale(said);
      connection.sackPermitted = SynCookies.sackPermitted(said);
    }
    return true;
  }
}
