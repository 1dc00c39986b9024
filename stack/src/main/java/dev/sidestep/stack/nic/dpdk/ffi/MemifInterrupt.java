package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The receive interrupt of a memif queue. The memif protocol has one, an eventfd per ring that the
 * sender writes to unless the receiver's flag in the ring forbids it; DPDK's driver honours the
 * flag as a sender but always sets it as a receiver and offers no way to clear it, so we do.
 *
 * <p>Threads: the queue's owner.
 */
final class MemifInterrupt implements RxInterrupt {

  // memif_queue (rte_eth_memif.h), so far alike in all releases we know
  static final int QUEUE_MEMPOOL = 0;
  static final int QUEUE_INTERNALS = 8;
  static final int QUEUE_PORT = 22;
  static final int QUEUE_BYTES = 72;
  private static final int QUEUE_TYPE = 16;
  private static final int QUEUE_REGION = 20;
  private static final int QUEUE_RING_OFFSET = 24;
  private static final int QUEUE_LAST_HEAD = 28;
  private static final int QUEUE_LAST_TAIL = 30;

  private static final System.Logger LOGGER = System.getLogger("dev.sidestep.dpdk");

  /** MEMIF_RING_C2S (memif.h). */
  private static final int CLIENT_TO_SERVER = 0;

  /** pmd_internals.flags (rte_eth_memif.h). */
  private static final int INTERNALS_FLAGS = 8;

  /** ETH_MEMIF_FLAG_CONNECTED (rte_eth_memif.h). */
  private static final int CONNECTED = 1 << 1;

  /** ETH_MEMIF_MAX_REGION_NUM (rte_eth_memif.h). */
  static final int MAX_REGIONS = 256;

  // memif_ring_t (memif.h), part of the memif protocol
  private static final int RING_COOKIE = 0;
  private static final int RING_FLAGS = 4;
  private static final int RING_HEAD = 6;
  private static final int RING_TAIL = 64;
  private static final int RING_BYTES = 128;
  private static final int COOKIE = 0x3E31F20;

  /** memif_region.addr (rte_eth_memif.h). */
  private static final long REGION_BYTES = ADDRESS.byteSize();

  /** MEMIF_RING_FLAG_MASK_INT (memif.h). */
  private static final int MASKED = 1;

  private final MemorySegment queue;
  private final MemorySegment internals;
  private final MemorySegment regions;
  private final MemorySegment disconnectLock;
  private final InterruptHandle handle;
  private int descriptor = -1;

  /** Where the ring was seen last, and was found to be mapped; 0 for nowhere. */
  private long ringAddress;

  /** The descriptor that was found to be an eventfd; -1 for none. */
  private int eventfd = -1;

  private boolean off;

  /**
   * The interrupt of a queue that is known to be laid out as we think.
   *
   * @param queue a memif_queue
   * @param internals the device's pmd_internals
   * @param regions pmd_process_private.regions
   * @param disconnectLock see {@link MemifInternals}
   * @param handle memif_queue.intr_handle
   */
  MemifInterrupt(
      MemorySegment queue,
      MemorySegment internals,
      MemorySegment regions,
      MemorySegment disconnectLock,
      InterruptHandle handle) {
    this.queue = queue;
    this.internals = internals;
    this.regions = regions;
    this.disconnectLock = disconnectLock;
    this.handle = handle;
  }

  @Override
  public boolean enable() {
    RteSpinlock.lock(disconnectLock);
    try {
      MemorySegment ring = ring();
      if (ring == null) {
        descriptor = -1;
        eventfd = -1;
        return true;
      }
      descriptor = provenDescriptor();
      if (descriptor < 0) {
        return false;
      }
      ring.set(JAVA_SHORT, RING_FLAGS, (short) (ring.get(JAVA_SHORT, RING_FLAGS) & ~MASKED));
      VarHandle.fullFence();
      // Between storing its frame and looking at the flag the sender has no fence. While the
      // kernel forgets what it was told earlier, any such frame comes into sight.
      LibC.takeEvents(descriptor);
      if (hasFrame(ring)) {
        mask(ring);
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
      MemorySegment ring = ring();
      if (ring != null) {
        mask(ring);
      }
    } finally {
      RteSpinlock.unlock(disconnectLock);
    }
  }

  @Override
  public int descriptor() {
    return descriptor;
  }

  /** The receive ring, or null while there is no peer (memif_get_ring_from_queue). */
  private @Nullable MemorySegment ring() {
    if ((internals.get(JAVA_INT, INTERNALS_FLAGS) & CONNECTED) == 0) {
      return null;
    }
    int index = queue.get(JAVA_SHORT, QUEUE_REGION) & 0xFFFF;
    if (index >= MAX_REGIONS) {
      return null;
    }
    long region = regions.getAtIndex(ADDRESS, index).address();
    if (region == 0 || !ProcessMemory.isReadable(region, REGION_BYTES)) {
      return null;
    }
    long address =
        NativeMemory.global(MemorySegment.ofAddress(region), REGION_BYTES).get(ADDRESS, 0).address()
            + Integer.toUnsignedLong(queue.get(JAVA_INT, QUEUE_RING_OFFSET));
    if (address != ringAddress && !ProcessMemory.isReadable(address, RING_BYTES)) {
      return null;
    }
    ringAddress = address;
    MemorySegment ring = NativeMemory.global(MemorySegment.ofAddress(address), RING_BYTES);
    return ring.get(JAVA_INT, RING_COOKIE) == COOKIE ? ring : null;
  }

  private boolean hasFrame(MemorySegment ring) {
    return queue.get(JAVA_INT, QUEUE_TYPE) == CLIENT_TO_SERVER
        ? queue.get(JAVA_SHORT, QUEUE_LAST_HEAD) != ring.get(JAVA_SHORT, RING_HEAD)
        : queue.get(JAVA_SHORT, QUEUE_LAST_TAIL) != ring.get(JAVA_SHORT, RING_TAIL);
  }

  private static void mask(MemorySegment ring) {
    ring.set(JAVA_SHORT, RING_FLAGS, (short) (ring.get(JAVA_SHORT, RING_FLAGS) | MASKED));
  }

  /** The descriptor that the sender writes to, or -1 while there is none we may read from. */
  private int provenDescriptor() {
    int candidate = off ? -1 : handle.descriptor();
    if (candidate < 0 || candidate == eventfd) {
      return candidate;
    }
    if (!Descriptors.isEventfd(candidate)) {
      off = true;
      LOGGER.log(
          System.Logger.Level.WARNING,
          "the interrupt of a memif queue is no eventfd: unknown build of DPDK's driver, or a peer"
              + " that breaks the protocol; it is polled instead");
      return -1;
    }
    eventfd = candidate;
    return candidate;
  }
}
