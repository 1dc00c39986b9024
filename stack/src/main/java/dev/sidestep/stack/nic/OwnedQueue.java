package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketBuffer;
import java.util.function.BooleanSupplier;

/**
 * A queue that asserts that the calling thread owns it. For runs with assertions; without them it
 * would only be in the way.
 */
public final class OwnedQueue extends ForwardingNicQueue {

  private final BooleanSupplier isOwner;

  /** Guards {@code queue}; {@code isOwner} asks about the calling thread. */
  public OwnedQueue(NicQueue queue, BooleanSupplier isOwner) {
    super(queue);
    this.isOwner = isOwner;
  }

  @Override
  public int rxBurst(PacketBuffer[] into) {
    assert isOwner.getAsBoolean() : "received by a thread that does not own the queue";
    return queue.rxBurst(into);
  }

  @Override
  public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
    assert isOwner.getAsBoolean() : "transmitted by a thread that does not own the queue";
    return queue.txBurst(frames, fromIndex, count);
  }

  @Override
  public boolean enableRxInterrupt() {
    assert isOwner.getAsBoolean() : "interrupts are enabled by a thread that does not own them";
    return super.enableRxInterrupt();
  }
}
