package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.socket.StreamSocket;
import org.jspecify.annotations.Nullable;

/**
 * Makes a connection of a handshake that came in through a listener and is complete (Linux:
 * tcp_v4_syn_recv_sock): only now is there a socket.
 */
final class ConnectionStart {

  private final TcpContext context;
  private final SegmentSender sender;

  ConnectionStart(TcpContext context, SegmentSender sender) {
    this.context = context;
    this.sender = sender;
  }

  /**
   * The segment acknowledges our SYN-ACK.
   *
   * @return the connection, or null if there is no place for it yet, and the peer must come again
   */
  @Nullable TransmissionControlBlock start(
      HalfOpenConnection connection, SegmentInfo seg, long nowNanos) {
    Route route = sender.route(connection);
    if (route == null || connection.listener.socket.isFull()) {
      countOverflow();
      return null;
    }
    return newConnection(connection, seg, route, nowNanos);
  }

  void countOverflow() {
    context.counters.drop(DropReason.TCP_BACKLOG_FULL);
    context.counters.increment(Counter.TCP_LISTEN_OVERFLOWS);
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
    ReceiveWindow.promise(tcb, ReceiveWindow.synField(socket.options(), context.config));
    return tcb;
  }

  /** The connection is in the table: tells the application. */
  void established(Listener listener, TransmissionControlBlock tcb, long nowNanos) {
    tcb.socket.setControlBlock(tcb);
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
}
