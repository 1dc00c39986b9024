package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Watch;
import dev.sidestep.stack.nic.dpdk.DescriptorParker;
import org.jspecify.annotations.Nullable;

/**
 * The receive interrupts of a shard's devices (Linux: napi_complete_done and napi_schedule). They
 * are on only while nobody polls: {@link #enable}d after a poll that found nothing, by a thread
 * that goes to sleep on them, and off again before the next frame is received.
 *
 * <p>Threads: the shard's owner, except for a {@link Bed}, which is the sleeper's.
 */
final class Interrupts {

  private final NetInterface[] interfaces;
  private final int[] descriptors;
  private final Watch watch;

  /** Whether one of the descriptors has become another one since a bed was made with them. */
  private boolean descriptorsChanged;

  Interrupts(NetInterface[] interfaces, Watch watch) {
    this.watch = watch;
    this.interfaces = interfaces;
    this.descriptors = new int[interfaces.length];
  }

  /** Whether all devices have interrupts. Any thread. */
  boolean exist() {
    for (NetInterface netInterface : interfaces) {
      if (!netInterface.queue().hasRxInterrupt()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Has the devices tell of the next frame.
   *
   * @return false when a device cannot or has work already: polling must go on
   */
  boolean enable() {
    for (int i = 0; i < interfaces.length; i++) {
      if (!interfaces[i].enableInterrupt()) {
        disable(i);
        return false;
      }
      note(i, interfaces[i].queue().rxDescriptor());
    }
    watch.setArmed(true);
    return true;
  }

  private void note(int i, int descriptor) {
    descriptorsChanged |= descriptors[i] != descriptor;
    descriptors[i] = descriptor;
  }

  /**
   * The same on behalf of the one who sleeps on them already.
   *
   * @return false if that would not wake it
   */
  boolean enableForSleeper() {
    if (!enable()) {
      return false;
    }
    if (descriptorsChanged) {
      disable();
      return false;
    }
    return true;
  }

  /** Goes back to polling, after something was sent, if a device has work of which none tells. */
  void disableIfBusy() {
    for (int i = 0; watch.isArmed() && i < interfaces.length; i++) {
      if (!interfaces[i].isIdle()) {
        disable();
      }
    }
  }

  /** Goes back to polling. */
  void disable() {
    if (watch.isArmed()) {
      watch.setArmed(false);
      disable(interfaces.length);
    }
  }

  private void disable(int count) {
    for (int i = 0; i < count; i++) {
      interfaces[i].queue().disableRxInterrupt();
    }
  }

  private boolean anyDescriptor() {
    for (int descriptor : descriptors) {
      if (descriptor >= 0) {
        return true;
      }
    }
    return false;
  }

  /** Where one thread after the other sleeps on the interrupts. */
  final class Bed {

    /** The devices' descriptors and that of the sleeper's own place. */
    private final int[] watched = new int[descriptors.length + 1];

    private @Nullable DescriptorParker parker;

    /**
     * Enables the interrupts. Owner.
     *
     * @param own where the thread would sleep by itself
     * @return where to park; null when a device cannot or has work: polling must go on
     */
    @Nullable Parker make(Parker own) {
      if (!enable()) {
        return null;
      }
      descriptorsChanged = false;
      watch.goToBed(this);
      if (!anyDescriptor()) {
        // Nobody can send yet: only threads and timers end the sleep.
        return own;
      }
      System.arraycopy(descriptors, 0, watched, 0, descriptors.length);
      watched[descriptors.length] = own.descriptor();
      DescriptorParker made = parker;
      if (made == null) {
        made = new DescriptorParker(watched);
        parker = made;
      }
      return made;
    }

    /** Nobody sleeps there any more. The sleeper. */
    void leave() {
      watch.leaveBed(this);
    }
  }
}
