package dev.sidestep.stack.tcp;

import dev.sidestep.stack.icmp.IcmpError;
import dev.sidestep.stack.icmp.IcmpErrorListener;
import dev.sidestep.stack.socket.SocketError;

/**
 * What ICMP errors do to connections (RFC 9293 §3.9.2.2, RFC 5927; tcp_v4_err). Only an error about
 * something in flight counts; it ends an attempt to connect, as in Linux, but never a connection,
 * which it gives a reason for when it is given up later.
 */
final class IcmpReaction implements IcmpErrorListener {

  private final TcpContext context;
  private final TcpOutput output;
  private final ConnectionTeardown teardown;

  IcmpReaction(TcpContext context, TcpOutput output, ConnectionTeardown teardown) {
    this.context = context;
    this.output = output;
    this.teardown = teardown;
  }

  @Override
  public void icmpError(IcmpError error, long nowNanos) {
    int ports = (error.remotePort << 16) | error.localPort;
    ConnectionEntry entry =
        context.connections.find(
            error.localHigh, error.localLow, error.remoteHigh, error.remoteLow, ports);
    if (!(entry instanceof TransmissionControlBlock tcb)
        || !SequenceNumber.inWindow(error.seq, tcb.sndUna, tcb.sndNxt)) {
      return;
    }
    if (error.meaning == IcmpError.Meaning.PACKET_TOO_BIG) {
      packetTooBig(tcb, error.nextHopMtuBytes);
      return;
    }
    SocketError cause = SocketError.of(error.meaning);
    if (cause != null && tcb.state == TcpState.SYN_SENT) {
      teardown.fail(tcb, cause);
    } else if (cause != null) {
      tcb.softError = cause;
    }
  }

  /** RFC 1191 §6.3: everything in flight that is too big is lost, which is no congestion. */
  private void packetTooBig(TransmissionControlBlock tcb, int mtuBytes) {
    int fittingBytes = tcb.segmentBytesFor(mtuBytes);
    if (mtuBytes >= tcb.route.leastMtuBytes() && tcb.canSend() && fittingBytes < tcb.mssBytes) {
      tcb.recovery.onTooBig(tcb, fittingBytes);
      tcb.lowerSegmentSize(mtuBytes);
      output.transmitLater(tcb);
    }
  }
}
