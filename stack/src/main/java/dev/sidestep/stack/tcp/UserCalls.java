package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.ip.Routes;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.SocketReceiveQueue;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.socket.StreamSocket;

/** What the application asks for: the user calls of RFC 9293 §3.10.1 to §3.10.5. */
final class UserCalls {

  private final TcpContext context;
  private final Routes routes;
  private final ListenerTable listeners;
  private final SynAckOutput synAcks;
  private final SynOutput syns;
  private final TcpOutput output;
  private final ConnectionTeardown teardown;

  UserCalls(
      TcpContext context,
      Routes routes,
      ListenerTable listeners,
      SynAckOutput synAcks,
      SynOutput syns,
      TcpOutput output,
      ConnectionTeardown teardown) {
    this.context = context;
    this.routes = routes;
    this.listeners = listeners;
    this.synAcks = synAcks;
    this.syns = syns;
    this.output = output;
    this.teardown = teardown;
  }

  /** Carries out {@link Command} bits. */
  void execute(StackSocket socket, int commands, long nowNanos) {
    if ((commands & Command.CONNECT) != 0 && socket instanceof StreamSocket stream) {
      connect(stream, nowNanos);
    }
    if ((commands & Command.LISTEN) != 0 && socket instanceof ListenSocket listenSocket) {
      listen(listenSocket);
    }
    if (socket.controlBlock() instanceof TransmissionControlBlock tcb) {
      onConnection(tcb, commands, nowNanos);
    }
    if ((commands & Command.CLOSE) != 0) {
      close(socket, nowNanos);
    }
  }

  private void onConnection(TransmissionControlBlock tcb, int commands, long nowNanos) {
    if ((commands & Command.OPTIONS) != 0) {
      applyOptions(tcb);
    }
    if ((commands & Command.SHUTDOWN_INPUT) != 0) {
      shutdownInput(tcb);
    }
    if ((commands & Command.SHUTDOWN_OUTPUT) != 0) {
      shutdownOutput(tcb);
    }
    if ((commands & (Command.OUTPUT | Command.SHUTDOWN_OUTPUT | Command.OPTIONS)) != 0) {
      output.transmit(tcb, nowNanos);
    }
    if ((commands & Command.WINDOW) != 0 && tcb.canReceive()) {
      SocketReceiveQueue queue = tcb.receiveQueue();
      if (queue.windowUpdateDue() || queue.isDrainedAckDue()) {
        output.sendAck(tcb, nowNanos);
      }
    }
  }

  /** OPEN, active. */
  private void connect(StreamSocket socket, long nowNanos) {
    Route route = routes.find(socket.remoteAddress());
    if (route == null) {
      context.counters.increment(Counter.TCP_ATTEMPT_FAILS);
      socket.fail(SocketError.ENETUNREACH);
      return;
    }
    if (socket.localAddress().isWildcard()) {
      socket.setLocal(route.sourceAddress(), socket.localPort());
    }
    TransmissionControlBlock tcb =
        new TransmissionControlBlock(
            socket.localAddress().high(),
            socket.localAddress().low(),
            socket,
            route,
            context.config);
    int iss = context.initialSequence.next(tcb, nowNanos);
    ConnectionEntry taken = context.connections.find(tcb);
    if (taken instanceof TimeWaitRecord old && old.timestamps) {
      // Linux (tcp_tw_reuse): timestamps keep what is left of the old connection apart.
      iss = SequenceNumber.max(iss, old.sndNxt + 0x10001);
      teardown.endTimeWait(old);
    } else if (taken != null) {
      context.counters.increment(Counter.TCP_ATTEMPT_FAILS);
      socket.fail(SocketError.EADDRNOTAVAIL);
      return;
    }
    sendFirstSyn(tcb, iss, nowNanos);
  }

  private void sendFirstSyn(TransmissionControlBlock tcb, int iss, long nowNanos) {
    tcb.startSending(iss);
    tcb.timestampOffset = context.initialSequence.timestampOffset(tcb);
    tcb.rcvWindowScale = ReceiveWindow.scale(tcb.socket.options(), context.config);
    sizeQueues(tcb);
    tcb.state = TcpState.SYN_SENT;
    tcb.lastReceivedNanos = nowNanos;
    tcb.lastSentNanos = nowNanos;
    context.atWork = tcb;
    context.connections.add(tcb);
    tcb.socket.setControlBlock(tcb);
    context.counters.increment(Counter.TCP_ACTIVE_OPENS);
    syns.open(tcb, nowNanos);
  }

  /** OPEN, passive. */
  private void listen(ListenSocket socket) {
    if (socket.controlBlock() == null) {
      Listener listener = new Listener(socket);
      socket.setControlBlock(listener);
      listeners.add(listener);
    }
  }

  private void applyOptions(TransmissionControlBlock tcb) {
    StreamOptions options = tcb.socket.options();
    sizeQueues(tcb);
    if (options.quickAck) {
      tcb.delayedAck.enterQuickMode();
    }
    if (tcb.canReceive() || tcb.canSend()) {
      TcpTimers.armKeepalive(context, tcb);
    }
  }

  /** Sizes that the application has set stay; others are the stack's to tune. */
  private static void sizeQueues(TransmissionControlBlock tcb) {
    StreamOptions options = tcb.socket.options();
    if (options.receiveBufferBytes > 0) {
      int announceable = Math.min(options.receiveBufferBytes, ReceiveWindow.maxBytes(tcb));
      tcb.receiveQueue().setCapacityBytes(announceable);
    }
    if (options.sendBufferBytes > 0) {
      tcb.sendQueue().setCapacityBytes(options.sendBufferBytes);
    }
  }

  /** As in Linux the peer is not told; what it sends from now on is acknowledged and dropped. */
  private static void shutdownInput(TransmissionControlBlock tcb) {
    if (!tcb.discarding) {
      tcb.discarding = true;
      tcb.reassembly.reset();
    }
  }

  /** The half of CLOSE that the peer hears of (RFC 9293 §3.10.4). */
  private static void shutdownOutput(TransmissionControlBlock tcb) {
    if (tcb.finQueued) {
      return;
    }
    tcb.finQueued = true;
    switch (tcb.state) {
      case ESTABLISHED -> tcb.state = TcpState.FIN_WAIT_1;
      case CLOSE_WAIT -> tcb.state = TcpState.LAST_ACK;
      default -> {
        // SYN-SENT, SYN-RECEIVED: the FIN follows the handshake.
      }
    }
  }

  /** CLOSE. No thread of the application touches the socket any more. */
  private void close(StackSocket socket, long nowNanos) {
    switch (socket.controlBlock()) {
      case TransmissionControlBlock tcb -> closeConnection(tcb, nowNanos);
      case TimeWaitRecord record when socket instanceof StreamSocket stream ->
          teardown.closeInTimeWait(record, stream);
      case Listener listener -> closeListener(listener, nowNanos);
      case null, default -> teardown.closeUnconnected(socket);
    }
  }

  private void closeConnection(TransmissionControlBlock tcb, long nowNanos) {
    boolean unread = tcb.receiveQueue().queuedBytes() > 0;
    boolean handshake = tcb.state == TcpState.SYN_SENT || tcb.state == TcpState.SYN_RECEIVED;
    context.atWork = tcb;
    // First: if an error comes in between, it is known that nobody holds the socket any more.
    tcb.orphaned = true;
    context.orphans++;
    tcb.receiveQueue().close();
    if (tcb.state == TcpState.SYN_SENT) {
      teardown.destroy(tcb);
    } else if (handshake
        || unread
        || tcb.socket.options().lingerSeconds == 0
        || context.orphans > context.config.maxOrphans()) {
      // Unread bytes: the peer must not believe that they arrived (RFC 9293 §3.6.1, RFC 2525
      // §2.17, SHLD-3).
      teardown.abort(tcb, nowNanos);
    } else {
      tcb.keepaliveNanos = TimerEntry.NEVER;
      shutdownOutput(tcb);
      if (tcb.state == TcpState.FIN_WAIT_2) {
        TcpTimers.armFinWait2(context, tcb, nowNanos);
        tcb.socket.end();
      }
      output.transmit(tcb, nowNanos);
    }
  }

  private void closeListener(Listener listener, long nowNanos) {
    listeners.remove(listener);
    for (HalfOpenConnection c = listener.oldest(); c != null; c = listener.oldest()) {
      synAcks.remove(c);
    }
    // Nobody will accept them: as in Linux they are reset.
    StreamSocket waiting = listener.socket.accept();
    while (waiting != null) {
      waiting.options().lingerSeconds = 0;
      close(waiting, nowNanos);
      waiting = listener.socket.accept();
    }
    listener.socket.setControlBlock(null);
  }

  /**
   * Ends a connection as the kernel does for a process that exits. Threads of the application may
   * still be at the queues, so these stay as they are.
   */
  void closeAtExit(TransmissionControlBlock tcb, long nowNanos) {
    boolean handshake = tcb.state == TcpState.SYN_SENT || tcb.state == TcpState.SYN_RECEIVED;
    boolean unread = !tcb.orphaned && tcb.receiveQueue().queuedBytes() > 0;
    if (handshake || unread || tcb.socket.options().lingerSeconds == 0) {
      if (tcb.state != TcpState.SYN_SENT) {
        output.sendReset(tcb, nowNanos);
      }
      teardown.fail(tcb, SocketError.ENETDOWN);
    } else {
      shutdownOutput(tcb);
      output.transmit(tcb, nowNanos);
    }
  }

  /** Stops a listener when the process exits. */
  void closeAtExit(Listener listener) {
    listeners.remove(listener);
    for (HalfOpenConnection c = listener.oldest(); c != null; c = listener.oldest()) {
      synAcks.remove(c);
    }
  }
}
