package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Alarm;
import dev.sidestep.stack.concurrent.Ownership;
import dev.sidestep.stack.nic.dpdk.ffi.DescriptorWait;
import org.jspecify.annotations.Nullable;

/**
 * What a shard's driver sleeps on: its timers, and its devices where they have receive interrupts.
 *
 * <p>Interrupts are on only while the driver sleeps: whoever takes the shard polls and turns them
 * off.
 *
 * <p>Threads: the shard's owner, except for the sleep itself, which is the driver's.
 */
final class DriverAlarm extends Alarm {

  private final NetInterface[] interfaces;
  private final int[] descriptors;
  private boolean interruptsEnabled;

  /** The driver writes it before it sleeps, so that whoever sees it sleep knows how. */
  private boolean sleepsOnDescriptors;

  private volatile @Nullable DescriptorWait wait;

  DriverAlarm(Ownership<?> ownership, NetInterface[] interfaces) {
    super(ownership);
    this.interfaces = interfaces;
    this.descriptors = new int[interfaces.length];
  }

  boolean interruptsEnabled() {
    return interruptsEnabled;
  }

  /**
   * The driver, before it gives the shard back and sleeps: has the devices end that sleep.
   *
   * @return false when a device cannot or has frames: the driver must go on polling
   */
  boolean enableInterrupts() {
    boolean anyDescriptor = false;
    for (int i = 0; i < interfaces.length; i++) {
      if (!interfaces[i].enableInterrupt()) {
        disable(i);
        return false;
      }
      descriptors[i] = interfaces[i].queue().rxDescriptor();
      anyDescriptor |= descriptors[i] >= 0;
    }
    if (anyDescriptor && wait == null) {
      wait = new DescriptorWait(descriptors.length);
    }
    sleepsOnDescriptors = anyDescriptor;
    interruptsEnabled = true;
    return true;
  }

  /** Whoever has taken the shard: goes back to polling. */
  void disableInterrupts() {
    if (interruptsEnabled) {
      interruptsEnabled = false;
      disable(interfaces.length);
    }
  }

  private void disable(int count) {
    for (int i = 0; i < count; i++) {
      interfaces[i].queue().disableRxInterrupt();
    }
  }

  @Override
  protected void sleep(long nanos) {
    DescriptorWait onDescriptors = wait;
    if (sleepsOnDescriptors && onDescriptors != null) {
      onDescriptors.await(descriptors, nanos);
      sleepsOnDescriptors = false;
    } else {
      super.sleep(nanos);
    }
  }

  @Override
  protected void interruptSleep(Thread thread) {
    DescriptorWait onDescriptors = wait;
    if (sleepsOnDescriptors && onDescriptors != null) {
      onDescriptors.wake();
    } else {
      super.interruptSleep(thread);
    }
  }

  /** Any thread: ends the driver's sleep, or its next one. */
  void endSleep(Thread driver) {
    super.interruptSleep(driver);
    DescriptorWait onDescriptors = wait;
    if (onDescriptors != null) {
      onDescriptors.wake();
    }
  }
}
