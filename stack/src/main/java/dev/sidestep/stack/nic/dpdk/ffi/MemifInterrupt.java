package dev.sidestep.stack.nic.dpdk.ffi;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The receive interrupt of a memif queue. The memif protocol has one, an eventfd per ring that the
 * sender writes to unless the receiver's flag in the ring forbids it; DPDK's driver honours the
 * flag as a sender but always sets it as a receiver and offers no way to clear it, so we do.
 *
 * <p>Threads: the queue's owner.
 */
final class MemifInterrupt implements RxInterrupt {

  private final MemifReceiveRing ring;
  private final MemorySegment disconnectLock;
  private final InterruptHandle handle;
  private int descriptor = -1;

  /** The descriptor that was found to be an eventfd; -1 for none. */
  private int eventfd = -1;

  private boolean off;

  /**
   * The interrupt of a ring.
   *
   * @param disconnectLock see {@link MemifInternals}
   * @param handle memif_queue.intr_handle
   */
  MemifInterrupt(MemifReceiveRing ring, MemorySegment disconnectLock, InterruptHandle handle) {
    this.ring = ring;
    this.disconnectLock = disconnectLock;
    this.handle = handle;
  }

  @Override
  public boolean enable() {
    RteSpinlock.lock(disconnectLock);
    try {
      MemorySegment found = ring.find();
      if (found == null) {
        descriptor = -1;
        eventfd = -1;
        return true;
      }
      descriptor = provenDescriptor();
      if (descriptor < 0) {
        return false;
      }
      MemifReceiveRing.setMasked(found, false);
      VarHandle.fullFence();
      // Between storing its frame and looking at the flag the sender has no fence. While the
      // kernel forgets what it was told earlier, any such frame comes into sight.
      LibC.takeEvents(descriptor);
      if (ring.hasFrame(found)) {
        MemifReceiveRing.setMasked(found, true);
        return false;
      }
      return true;
    } finally {
      RteSpinlock.unlock(disconnectLock);
    }
  }

  @Override
  public void disable() {
    RteSpinlock.lock(disconnectLock);
    try {
      MemorySegment found = ring.find();
      if (found != null) {
        MemifReceiveRing.setMasked(found, true);
      }
    } finally {
      RteSpinlock.unlock(disconnectLock);
    }
  }

  @Override
  public int descriptor() {
    return descriptor;
  }

  /** The descriptor that the sender writes to, or -1 while there is none we may read from. */
  private int provenDescriptor() {
    int candidate = off ? -1 : handle.descriptor();
    if (candidate < 0 || candidate == eventfd) {
      return candidate;
    }
    if (!Descriptors.isEventfd(candidate)) {
      off = true;
      System.getLogger("dev.sidestep.dpdk")
          .log(
              System.Logger.Level.WARNING,
              "the interrupt of a memif queue is no eventfd: unknown build of DPDK's driver, or a peer"
                  + " that breaks the protocol; it is polled instead");
      return -1;
    }
    eventfd = candidate;
    return candidate;
  }
}
