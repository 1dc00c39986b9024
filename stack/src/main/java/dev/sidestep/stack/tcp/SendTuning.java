package dev.sidestep.stack.tcp;

import dev.sidestep.stack.socket.SocketSendQueue;

/**
 * Lets send queues grow with the congestion window, unless the application has set their sizes
 * (Linux: tcp_sndbuf_expand).
 */
final class SendTuning {

  private final int maxBytes;

  SendTuning(TcpConfig config) {
    maxBytes = config.maxBufferBytes();
  }

  /** Twice the congestion window: one to be in flight and one to follow. */
  void onWindowGrown(TransmissionControlBlock tcb) {
    SocketSendQueue queue = tcb.sendQueue();
    int wanted = (int) Math.min(2L * tcb.congestion.windowBytes(), maxBytes);
    if (wanted > queue.capacityBytes() && tcb.socket.options().sendBufferBytes == 0) {
      queue.setCapacityBytes(wanted);
    }
  }
}
