package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.socket.PortBinding;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;

/** How connections end: orderly, by RST, or given up; and what stays in TIME-WAIT. */
final class ConnectionTeardown {

  private final TcpContext context;
  private final TcpOutput output;

  ConnectionTeardown(TcpContext context, TcpOutput output) {
    this.context = context;
    this.output = output;
  }

  /** Ends a connection because of {@code cause}, which the application is told. */
  void fail(TransmissionControlBlock tcb, SocketError cause) {
    countFailure(tcb);
    destroy(tcb);
    if (!tcb.orphaned) {
      tcb.socket.fail(cause);
    }
  }

  private void countFailure(TransmissionControlBlock tcb) {
    switch (tcb.state) {
      case SYN_SENT, SYN_RECEIVED -> context.counters.increment(Counter.TCP_ATTEMPT_FAILS);
      case ESTABLISHED, CLOSE_WAIT -> context.counters.increment(Counter.TCP_ESTABLISHED_RESETS);
      default -> {
        // Already on its way out.
      }
    }
  }

  /** Sends RST and forgets the connection. */
  void abort(TransmissionControlBlock tcb, long nowNanos) {
    output.sendReset(tcb, nowNanos);
    countFailure(tcb);
    destroy(tcb);
  }

  /** Forgets the connection. */
  void destroy(TransmissionControlBlock tcb) {
    context.connections.remove(tcb);
    forget(tcb);
    releaseSocket(tcb);
  }

  private void releaseSocket(TransmissionControlBlock tcb) {
    StreamSocket socket = tcb.socket;
    socket.setControlBlock(null);
    if (tcb.orphaned) {
      socket.sendQueue().close();
      context.owner.released(socket);
      socket.end();
    }
  }

  /**
   * Ends a connection that an error has hit while something was done for it, wherever that was: its
   * state says nothing any more, so both ends are told that it is over.
   */
  void abandon(TransmissionControlBlock tcb, long nowNanos) {
    ConnectionEntry entry = context.connections.find(tcb);
    try {
      if (entry == tcb && tcb.state != TcpState.SYN_SENT) {
        output.sendReset(tcb, nowNanos);
      }
    } finally {
      if (entry == tcb) {
        context.connections.remove(tcb);
      } else if (entry instanceof TimeWaitRecord record) {
        endTimeWait(record);
      }
      if (tcb.state != TcpState.CLOSED) {
        countFailure(tcb);
        forget(tcb);
      }
      releaseSocket(tcb);
      if (!tcb.orphaned) {
        tcb.socket.fail(SocketError.ECONNABORTED);
      }
    }
  }

  private void forget(TransmissionControlBlock tcb) {
    tcb.state = TcpState.CLOSED;
    context.timers.remove(tcb);
    if (tcb.orphaned) {
      context.orphans--;
    }
  }

  /**
   * Both FINs are acknowledged: a small record takes the connection's place for 2 MSL (MUST-13). If
   * there are too many records the connection just ends, as in Linux.
   */
  void enterTimeWait(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.ackNow) {
      output.sendAck(tcb, nowNanos);
    }
    if (context.timeWaits >= context.config.maxTimeWaits()) {
      destroy(tcb);
      return;
    }
    long expires = nowNanos + context.config.timeWaitNanos();
    TimeWaitRecord record = new TimeWaitRecord(tcb, tcb.windowField, expires);
    context.timeWaits++;
    context.connections.replace(tcb, record);
    if (tcb.ackNow) {
      record.ackPending = true;
      context.touched.add(record);
    }
    forget(tcb);
    context.timers.schedule(record, expires);
    keepSocket(record, tcb, nowNanos);
  }

  private void keepSocket(TimeWaitRecord record, TransmissionControlBlock tcb, long nowNanos) {
    StreamSocket socket = tcb.socket;
    if (tcb.orphaned) {
      socket.sendQueue().close();
      socket.end();
    }
    if (tcb.passive) {
      // The port is the listener's: nobody waits for it.
      socket.setControlBlock(null);
      if (tcb.orphaned) {
        context.owner.released(socket);
      }
    } else {
      record.socket = socket;
      record.closedByApplication = tcb.orphaned;
      socket.setControlBlock(record);
      PortBinding port = socket.portBinding();
      if (port != null) {
        port.enterTimeWait(nowNanos, record.timestamps);
      }
    }
  }

  /** The application has closed a socket whose connection is in TIME-WAIT. */
  void closeInTimeWait(TimeWaitRecord record, StreamSocket socket) {
    freeQueues(socket);
    record.closedByApplication = true;
    socket.end();
  }

  /** The application has closed a socket that has no connection. */
  void closeUnconnected(StackSocket socket) {
    if (socket instanceof StreamSocket stream) {
      freeQueues(stream);
      context.owner.released(stream);
      stream.end();
    }
  }

  private static void freeQueues(StreamSocket socket) {
    socket.receiveQueue().close();
    socket.sendQueue().close();
  }

  /** TIME-WAIT is over, or a new connection takes its place. */
  void endTimeWait(TimeWaitRecord record) {
    record.ackPending = false;
    context.connections.remove(record);
    context.timers.remove(record);
    context.timeWaits--;
    StreamSocket socket = record.socket;
    if (socket != null) {
      socket.setControlBlock(null);
      if (record.closedByApplication) {
        context.owner.released(socket);
      }
    }
  }

  /** Has the application told at the end of this poll. */
  void signalLater(TransmissionControlBlock tcb, int events) {
    if (!tcb.orphaned) {
      tcb.signals |= events & (Readiness.READ | Readiness.WRITE);
      context.touched.add(tcb);
    }
  }
}
