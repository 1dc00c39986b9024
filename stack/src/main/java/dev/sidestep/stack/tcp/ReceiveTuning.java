package dev.sidestep.stack.tcp;

import dev.sidestep.stack.socket.SocketReceiveQueue;

/**
 * Dynamic right-sizing: lets the receive queue of one connection grow to what its path delivers,
 * unless the application has set its size (Linux: tcp_rcv_space_adjust). What the application takes
 * out in a round trip is what a peer held back by nothing but the path has sent in the one before.
 */
final class ReceiveTuning {

  private static final long LEAST_ROUND_NANOS = 100_000;

  private long sinceNanos;

  /** What the application had taken out then. */
  private long sinceHead;

  /** The most that it took out in a round trip, less what was left. */
  private long mostBytes;

  /** Something has arrived and was published. */
  void onDataReceived(TransmissionControlBlock tcb, TcpConfig config, long nowNanos) {
    SocketReceiveQueue queue = tcb.receiveQueue();
    long smoothed = tcb.rtt.smoothedNanos();
    long round = smoothed == 0 ? config.initialRtoNanos() : Math.max(smoothed, LEAST_ROUND_NANOS);
    long elapsed = nowNanos - sinceNanos;
    if (elapsed < round) {
      return;
    }
    boolean firstLook = sinceNanos == 0;
    // More time may have passed, above all where a round trip is shorter than a turn of a thread.
    double rounds = (double) elapsed / round;
    long taken = (long) ((queue.head() - sinceHead - queue.queuedBytes()) / rounds);
    sinceNanos = nowNanos;
    sinceHead = queue.head();
    if (firstLook) {
      mostBytes = queue.capacityBytes() / 4;
    } else if (taken > mostBytes) {
      grow(tcb, queue, taken, Math.min(config.maxBufferBytes(), ReceiveWindow.maxBytes(tcb)));
    }
  }

  /**
   * By the time the peer hears of it a round trip has passed, and another until more can arrive.
   * One that starts slowly has doubled its rate in each; one that does not needs what fits into
   * both.
   */
  private void grow(TransmissionControlBlock tcb, SocketReceiveQueue queue, long taken, int limit) {
    boolean startsSlowly = taken >= mostBytes + (mostBytes >> 1);
    mostBytes = taken;
    long wanted = Math.min(startsSlowly ? 4 * taken : 2 * taken, limit);
    if (wanted > queue.capacityBytes() && tcb.socket.options().receiveBufferBytes == 0) {
      queue.setCapacityBytes((int) wanted);
    }
  }
}
