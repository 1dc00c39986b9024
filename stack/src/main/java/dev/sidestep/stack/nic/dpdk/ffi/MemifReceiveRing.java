package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The ring that a memif queue receives from, where the driver and the peer keep it.
 *
 * <p>Threads: the queue's owner, while it holds the lock that {@link MemifInternals} is about.
 */
public final class MemifReceiveRing {

  // memif_queue (rte_eth_memif.h), so far alike in all releases we know
  static final int QUEUE_MEMPOOL = 0;
  static final int QUEUE_INTERNALS = 8;
  static final int QUEUE_PORT = 22;
  static final int QUEUE_BYTES = 80;
  private static final int QUEUE_TYPE = 16;
  private static final int QUEUE_REGION = 20;
  private static final int QUEUE_RING_OFFSET = 24;
  private static final int QUEUE_LAST_HEAD = 28;
  private static final int QUEUE_LAST_TAIL = 30;

  /** memif_queue.log2_ring_size, counted from memif_queue.intr_handle. */
  private static final int HANDLE_TO_LOG2_SIZE = 8;

  /** MEMIF_RING_C2S (memif.h). */
  private static final int CLIENT_TO_SERVER = 0;

  /** pmd_internals.flags (rte_eth_memif.h). */
  private static final int INTERNALS_FLAGS = 8;

  /** ETH_MEMIF_FLAG_CONNECTED (rte_eth_memif.h). */
  private static final int CONNECTED = 1 << 1;

  /** ETH_MEMIF_MAX_REGION_NUM and ETH_MEMIF_MAX_LOG2_RING_SIZE (rte_eth_memif.h). */
  static final int MAX_REGIONS = 256;

  private static final int MAX_LOG2_SIZE = 14;

  /** memif_region.addr (rte_eth_memif.h). */
  private static final long REGION_BYTES = ADDRESS.byteSize();

  // memif_ring_t (memif.h), part of the memif protocol
  private static final int COOKIE = 0;
  private static final int FLAGS = 4;
  private static final int HEAD = 6;
  private static final int TAIL = 64;
  private static final int SLOTS = 128;
  private static final int COOKIE_VALUE = 0x3E31F20;

  /** MEMIF_RING_FLAG_MASK_INT (memif.h). */
  private static final short MASKED = 1;

  // memif_desc_t (memif.h)
  private static final int SLOT_FLAGS = 0;
  private static final int SLOT_LENGTH = 4;
  private static final int SLOT_BYTES = 16;

  /** MEMIF_DESC_FLAG_NEXT (memif.h). */
  private static final int CONTINUES = 1;

  private static final VarHandle SHORT = JAVA_SHORT.varHandle();

  private final MemorySegment queue;
  private final MemorySegment internals;
  private final MemorySegment regions;
  private final int handleOffset;

  /** The region and the ring that were found last, and to be mapped. */
  private MemorySegment region = MemorySegment.NULL;

  private MemorySegment ring = MemorySegment.NULL;

  /**
   * The ring of a queue that is known to be laid out as we think.
   *
   * @param queue a memif_queue
   * @param internals the device's pmd_internals
   * @param regions pmd_process_private.regions
   * @param handleOffset where the memif_queue has its intr_handle
   */
  MemifReceiveRing(
      MemorySegment queue, MemorySegment internals, MemorySegment regions, int handleOffset) {
    this.queue = queue;
    this.internals = internals;
    this.regions = regions;
    this.handleOffset = handleOffset;
  }

  /**
   * Counts the frames that have arrived in whole, and empties those of them that have a slot with
   * more than a buffer takes: since 23.03 the driver copies what the peer says is there, over
   * whatever lies behind the buffer. A peer with a larger MTU suffices for that.
   *
   * @param most counts no further
   * @return how many the driver may be asked for
   */
  public int wholeFrames(int most, int roomBytes) {
    MemorySegment found = find();
    if (found == null) {
      return most;
    }
    int mask = mask(found);
    short end = (short) SHORT.getAcquire(found, (long) (isClientToServer() ? HEAD : TAIL));
    short first = next();
    boolean fits = true;
    int frames = 0;
    for (short at = first; at != end && frames < most; ) {
      long slot = slot(at++, mask);
      fits &= Integer.compareUnsigned(found.get(JAVA_INT, slot + SLOT_LENGTH), roomBytes) <= 0;
      if ((found.get(JAVA_SHORT, slot + SLOT_FLAGS) & CONTINUES) == 0) {
        if (!fits) {
          empty(found, mask, first, at);
        }
        frames++;
        first = at;
        fits = true;
      }
    }
    return frames;
  }

  private static void empty(MemorySegment ring, int mask, short from, short to) {
    for (short at = from; at != to; at++) {
      ring.set(JAVA_INT, slot(at, mask) + SLOT_LENGTH, 0);
    }
  }

  private static long slot(short number, int mask) {
    return SLOTS + (long) (number & mask) * SLOT_BYTES;
  }

  private static int mask(MemorySegment ring) {
    return (int) ((ring.byteSize() - SLOTS) / SLOT_BYTES) - 1;
  }

  /** The ring, or {@code null} while there is no peer (memif_get_ring_from_queue). */
  @Nullable MemorySegment find() {
    if ((internals.get(JAVA_INT, INTERNALS_FLAGS) & CONNECTED) == 0) {
      return null;
    }
    int index = queue.get(JAVA_SHORT, QUEUE_REGION) & 0xFFFF;
    int log2Size = queue.get(JAVA_BYTE, handleOffset + HANDLE_TO_LOG2_SIZE);
    if (index >= MAX_REGIONS || log2Size < 0 || log2Size > MAX_LOG2_SIZE) {
      return null;
    }
    long regionAddress = regions.getAtIndex(JAVA_LONG, index);
    if (regionAddress != region.address() && !mapRegion(regionAddress)) {
      return null;
    }
    long address =
        region.get(JAVA_LONG, 0) + Integer.toUnsignedLong(queue.get(JAVA_INT, QUEUE_RING_OFFSET));
    long bytes = SLOTS + ((long) SLOT_BYTES << log2Size);
    if ((address != ring.address() || bytes != ring.byteSize()) && !mapRing(address, bytes)) {
      return null;
    }
    return ring.get(JAVA_INT, COOKIE) == COOKIE_VALUE ? ring : null;
  }

  private boolean mapRegion(long address) {
    if (!ProcessMemory.isReadable(address, REGION_BYTES)) {
      return false;
    }
    region = NativeMemory.global(MemorySegment.ofAddress(address), REGION_BYTES);
    return true;
  }

  private boolean mapRing(long address, long bytes) {
    if (!ProcessMemory.isReadable(address, bytes)) {
      return false;
    }
    ring = NativeMemory.global(MemorySegment.ofAddress(address), bytes);
    return true;
  }

  /** Whether a frame has arrived that the driver has not taken. */
  boolean hasFrame(MemorySegment found) {
    return next() != found.get(JAVA_SHORT, isClientToServer() ? HEAD : TAIL);
  }

  /** The slot the driver takes next. */
  private short next() {
    return queue.get(JAVA_SHORT, isClientToServer() ? QUEUE_LAST_HEAD : QUEUE_LAST_TAIL);
  }

  private boolean isClientToServer() {
    return queue.get(JAVA_INT, QUEUE_TYPE) == CLIENT_TO_SERVER;
  }

  /** memif_queue.intr_handle. */
  MemorySegment interruptHandle() {
    return queue.get(ADDRESS, handleOffset);
  }

  /** Has the sender tell of frames, or not. */
  static void setMasked(MemorySegment found, boolean masked) {
    int others = found.get(JAVA_SHORT, FLAGS) & ~MASKED;
    found.set(JAVA_SHORT, FLAGS, (short) (masked ? others | MASKED : others));
  }
}
