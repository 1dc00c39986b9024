package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.nic.dpdk.ffi.DescriptorWait;

/**
 * A sleep that the receive interrupts of devices end, through their descriptors (ppoll). The permit
 * is an eventfd of its own.
 *
 * <p>An interrupt of the sleeping thread does not end it: whoever sleeps here has {@link
 * Waiter#wake} called then, as {@code AbstractInterruptibleChannel.begin} arranges it.
 *
 * <p>Threads: as {@link Parker} says.
 */
public final class DescriptorParker implements Parker {

  private final int[] descriptors;
  private final DescriptorWait wait;

  /**
   * A sleep on {@code descriptors}.
   *
   * @param descriptors those of the queues ({@link NicQueue#rxDescriptor}), kept up to date by
   *     whoever enables the interrupts; negative ones do not count
   */
  @SuppressWarnings("ArrayIsStoredDirectly")
  public DescriptorParker(int[] descriptors) {
    this.descriptors = descriptors;
    this.wait = new DescriptorWait(descriptors.length);
  }

  @Override
  public void park(Waiter waiter, long nanos) {
    wait.await(descriptors, nanos);
  }

  @Override
  public void unpark(Thread sleeper) {
    wait.wake();
  }
}
