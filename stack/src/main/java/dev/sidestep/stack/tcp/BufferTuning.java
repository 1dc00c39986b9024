package dev.sidestep.stack.tcp;

import dev.sidestep.stack.socket.SocketReceiveQueue;
import dev.sidestep.stack.socket.SocketSendQueue;

/**
 * Lets the queues of a connection grow to what its path can use, unless the application has set
 * their sizes (Linux: tcp_rcv_space_adjust, tcp_sndbuf_expand).
 */
final class BufferTuning {

  private static final long LEAST_INTERVAL_NANOS = 100_000;

  private final int maxBytes;

  BufferTuning(TcpConfig config) {
    maxBytes = config.maxBufferBytes();
  }

  /**
   * Dynamic right-sizing: an application that takes out more than half of the queue's capacity
   * within one round trip is held back by the window, so double it.
   */
  void onDataReceived(TransmissionControlBlock tcb, long nowNanos) {
    long elapsed = nowNanos - tcb.tuningSinceNanos;
    if (elapsed < Math.max(tcb.rtt.smoothedNanos(), LEAST_INTERVAL_NANOS)) {
      return;
    }
    SocketReceiveQueue queue = tcb.receiveQueue();
    long head = queue.head();
    int capacity = queue.capacityBytes();
    int limit = Math.min(maxBytes, ReceiveWindow.maxBytes(tcb));
    boolean mayGrow = capacity < limit && tcb.socket.options().receiveBufferBytes == 0;
    boolean firstLook = tcb.tuningSinceNanos == 0;
    boolean wholeRoundTrip = elapsed < 2 * Math.max(tcb.rtt.smoothedNanos(), LEAST_INTERVAL_NANOS);
    if (mayGrow && !firstLook && wholeRoundTrip && head - tcb.tuningHead > capacity / 2) {
      queue.setCapacityBytes((int) Math.min(2L * capacity, limit));
    }
    tcb.tuningSinceNanos = nowNanos;
    tcb.tuningHead = head;
  }

  /** Twice the congestion window: one to be in flight and one to follow. */
  void onWindowGrown(TransmissionControlBlock tcb) {
    SocketSendQueue queue = tcb.sendQueue();
    int capacity = queue.capacityBytes();
    int wanted = (int) Math.min(2L * tcb.congestion.windowBytes(), maxBytes);
    if (wanted > capacity && tcb.socket.options().sendBufferBytes == 0) {
      queue.setCapacityBytes(wanted);
    }
  }
}
