package dev.sidestep.stack.nic;

import java.util.function.IntFunction;

/** A device around another one, which does all that happens outside the queues. */
abstract class ForwardingNicDevice implements NicDevice {

  private final NicDevice device;
  private final ForwardingNicQueue[] queues;

  /**
   * Stands in front of {@code device}.
   *
   * @param queues makes what stands in front of the queue with a given index
   */
  ForwardingNicDevice(NicDevice device, IntFunction<ForwardingNicQueue> queues) {
    this.device = device;
    this.queues = new ForwardingNicQueue[device.queueCount()];
    for (int i = 0; i < this.queues.length; i++) {
      this.queues[i] = queues.apply(i);
    }
  }

  @Override
  public final String name() {
    return device.name();
  }

  @Override
  public final long macAddress() {
    return device.macAddress();
  }

  @Override
  public NicCapabilities capabilities() {
    return device.capabilities();
  }

  @Override
  public final int queueCount() {
    return queues.length;
  }

  @Override
  public final NicQueue queue(int index) {
    return queues[index];
  }

  @Override
  public final boolean linkUp() {
    return device.linkUp();
  }

  @Override
  public final boolean isLoopback() {
    return device.isLoopback();
  }

  /** Frees what the queues hold and closes the device. */
  @Override
  public final void close() {
    discard();
    device.close();
  }

  @Override
  public final void closeAtExit() {
    discard();
    device.closeAtExit();
  }

  private void discard() {
    for (ForwardingNicQueue queue : queues) {
      queue.discard();
    }
  }
}
