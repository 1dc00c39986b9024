package dev.sidestep.stack.tcp;

import dev.sidestep.stack.transport.SocketSnapshot;
import dev.sidestep.stack.wire.IpAddress;

/**
 * One line of a socket dump (ss -tin): a connection, half-open connection or listener at one
 * moment. Fields a state does not have are 0.
 *
 * @param sendQueueBytes written and not acknowledged
 * @param receiveQueueBytes received in order and not read
 * @param sndWnd the peer's window, scaled up
 * @param rcvWnd the window we have offered
 * @param congestionWindowBytes cwnd
 * @param slowStartThresholdBytes ssthresh
 * @param smoothedRttNanos SRTT, 0 before the first sample
 * @param rtoNanos the retransmission timeout, backed off
 * @param mssBytes payload bytes of a full segment
 */
public record TcbSnapshot(
    IpAddress localAddress,
    int localPort,
    IpAddress remoteAddress,
    int remotePort,
    TcpState state,
    int sendQueueBytes,
    int receiveQueueBytes,
    int sndUna,
    int sndNxt,
    int sndWnd,
    int rcvNxt,
    int rcvWnd,
    int congestionWindowBytes,
    int slowStartThresholdBytes,
    long smoothedRttNanos,
    long rtoNanos,
    int mssBytes,
    int retransmissions)
    implements SocketSnapshot {

  static TcbSnapshot of(Listener listener) {
    return bare(listener.address, listener.port, IpAddress.ANY_V4, 0, TcpState.LISTEN, 0, 0, 0);
  }

  static TcbSnapshot of(ConnectionEntry entry) {
    return switch (entry) {
      case TransmissionControlBlock tcb -> of(tcb);
      case HalfOpenConnection half ->
          of(half, TcpState.SYN_RECEIVED, half.iss, half.iss + 1, half.rcvNxt());
      case TimeWaitRecord record ->
          of(record, TcpState.TIME_WAIT, record.sndNxt, record.sndNxt, record.rcvNxt);
    };
  }

  private static TcbSnapshot of(
      ConnectionEntry entry, TcpState state, int sndUna, int sndNxt, int rcvNxt) {
    return bare(
        entry.localAddress(),
        entry.localPort(),
        entry.remoteAddress(),
        entry.remotePort(),
        state,
        sndUna,
        sndNxt,
        rcvNxt);
  }

  private static TcbSnapshot bare(
      IpAddress localAddress,
      int localPort,
      IpAddress remoteAddress,
      int remotePort,
      TcpState state,
      int sndUna,
      int sndNxt,
      int rcvNxt) {
    return new TcbSnapshot(
        localAddress,
        localPort,
        remoteAddress,
        remotePort,
        state,
        0,
        0,
        sndUna,
        sndNxt,
        0,
        rcvNxt,
        0,
        0,
        0,
        0,
        0,
        0,
        0);
  }

  private static TcbSnapshot of(TransmissionControlBlock tcb) {
    return new TcbSnapshot(
        tcb.localAddress(),
        tcb.localPort(),
        tcb.remoteAddress(),
        tcb.remotePort(),
        tcb.state,
        tcb.sendQueue().queuedBytes(),
        tcb.receiveQueue().queuedBytes(),
        tcb.sndUna,
        tcb.sndNxt,
        tcb.sndWnd,
        tcb.rcvNxt,
        tcb.rcvWnd(),
        tcb.congestion.windowBytes(),
        tcb.congestion.slowStartThresholdBytes(),
        tcb.rtt.smoothedNanos(),
        tcb.rtt.rtoNanos(),
        tcb.mssBytes,
        tcb.retransmissions);
  }
}
