package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketPool;

/** A queue around another one, with the same buffers. */
abstract class ForwardingNicQueue implements NicQueue {

  final NicQueue queue;

  ForwardingNicQueue(NicQueue queue) {
    this.queue = queue;
  }

  @Override
  public final PacketPool pool() {
    return queue.pool();
  }

  @Override
  public final boolean hasRxInterrupt() {
    return queue.hasRxInterrupt();
  }

  @Override
  public boolean enableRxInterrupt() {
    return queue.enableRxInterrupt();
  }

  @Override
  public final void disableRxInterrupt() {
    queue.disableRxInterrupt();
  }

  @Override
  public boolean needsPolling() {
    return queue.needsPolling();
  }

  @Override
  public final int rxDescriptor() {
    return queue.rxDescriptor();
  }

  /** Frees the frames that are neither in a ring nor somebody else's. */
  void discard() {}
}
