package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The one look we take into a driver. When a memif peer goes away, the driver's interrupt thread
 * clears its "connected" flag, takes and releases {@code cc_lock}, and unmaps the rings, without
 * waiting for a burst that saw the flag: the process dies of a segmentation fault (seen within 20
 * peers killed under load). Nobody else takes that lock, so holding it during a burst makes the
 * driver wait.
 *
 * <p>These structures are internal to DPDK, so they are believed only if what we know of the device
 * is found where it should be, and no pointer is followed that does not lead to mapped memory.
 */
final class MemifInternals {

  /** rte_eth_dev_data.dev_private. */
  private static final int DATA_PRIVATE = 96;

  private static final long DATA_BYTES = 104;

  /** pmd_internals.socket_filename (rte_eth_memif.h). */
  private static final int SOCKET_FILENAME = 16;

  /**
   * pmd_internals.cc_lock: behind it since 23.11, where the owner of the socket file came before.
   */
  private static final int[] LOCKS = {56, 64};

  // What follows the lock: two names of RTE_DEV_NAME_MAX_LEN bytes and cfg.
  private static final int LOCK_TO_LOG2_RING_SIZE = 132;
  private static final int LOCK_TO_BUFFER_SIZE = 136;
  private static final int LOCK_TO_END = 138;

  private static final long INTERNALS_BYTES = 64 + LOCK_TO_END;

  /** memif_queue.intr_handle: behind the count of receive errors that 26.03 has added. */
  private static final int[] INTERRUPT_HANDLES = {56, 64};

  private MemifInternals() {}

  /**
   * The lock of a memif port, or {@code null} when this build is laid out otherwise.
   *
   * @param devices the array rte_eth_devices
   */
  static @Nullable MemorySegment disconnectLock(
      DpdkAbi abi, MemorySegment devices, int port, MemifPort expected) {
    MemorySegment internals = internals(abi, devices, port, expected.deviceName());
    if (internals == null
        || !holds(internals.get(ADDRESS, SOCKET_FILENAME), expected.socketName())) {
      return null;
    }
    for (int offset : LOCKS) {
      MemorySegment behind = internals.asSlice(offset, LOCK_TO_END);
      boolean free = behind.get(JAVA_INT, 0) == 0;
      if (free
          && behind.get(JAVA_BYTE, LOCK_TO_LOG2_RING_SIZE) == expected.log2RingSize()
          && (behind.get(JAVA_SHORT, LOCK_TO_BUFFER_SIZE) & 0xFFFF) == expected.bufferBytes()) {
        return behind.asSlice(0, RteSpinlock.SIZE);
      }
    }
    return null;
  }

  /**
   * The ring of a memif receive queue whose port has a {@link #disconnectLock}, or {@code null}
   * when this build is laid out otherwise.
   *
   * @param queue the driver's receive queue
   * @param pool the mempool it was set up with
   */
  static @Nullable MemifReceiveRing receiveRing(
      DpdkAbi abi, MemorySegment devices, int port, long queue, long pool) {
    MemorySegment device = device(abi, devices, port);
    MemorySegment data = readable(device.get(ADDRESS, abi.ethDevDataOffset()), DATA_BYTES);
    // rte_eth_dev.process_private stands behind rte_eth_dev.data; its first field is the array.
    MemorySegment regions =
        readable(
            device.get(ADDRESS, abi.ethDevDataOffset() + ADDRESS.byteSize()),
            MemifReceiveRing.MAX_REGIONS * ADDRESS.byteSize());
    MemorySegment memifQueue =
        readable(MemorySegment.ofAddress(queue), MemifReceiveRing.QUEUE_BYTES);
    if (data == null || regions == null || memifQueue == null) {
      return null;
    }
    MemorySegment internals = data.get(ADDRESS, DATA_PRIVATE);
    int handleOffset = handleOffset(memifQueue);
    boolean known =
        memifQueue.get(ADDRESS, MemifReceiveRing.QUEUE_MEMPOOL).address() == pool
            && isNullOr(internals, memifQueue.get(ADDRESS, MemifReceiveRing.QUEUE_INTERNALS))
            && memifQueue.get(JAVA_SHORT, MemifReceiveRing.QUEUE_PORT) == (short) port;
    return known && handleOffset >= 0
        ? new MemifReceiveRing(
            memifQueue, NativeMemory.global(internals, INTERNALS_BYTES), regions, handleOffset)
        : null;
  }

  // The field is there, but drivers so far leave it empty.
  private static boolean isNullOr(MemorySegment expected, MemorySegment pointer) {
    return pointer.address() == 0 || pointer.address() == expected.address();
  }

  // A count that stands in its place is no address of anything.
  private static int handleOffset(MemorySegment queue) {
    for (int offset : INTERRUPT_HANDLES) {
      if (readable(queue.get(ADDRESS, offset), InterruptHandle.BYTES) != null) {
        return offset;
      }
    }
    return -1;
  }

  private static MemorySegment device(DpdkAbi abi, MemorySegment devices, int port) {
    return devices.asSlice((long) port * abi.ethDevBytes(), abi.ethDevBytes());
  }

  private static @Nullable MemorySegment internals(
      DpdkAbi abi, MemorySegment devices, int port, String deviceName) {
    MemorySegment pointer = device(abi, devices, port).get(ADDRESS, abi.ethDevDataOffset());
    MemorySegment data = readable(pointer, DATA_BYTES);
    return data != null && holds(pointer, deviceName)
        ? readable(data.get(ADDRESS, DATA_PRIVATE), INTERNALS_BYTES)
        : null;
  }

  /** What a pointer leads to, or {@code null} when so many bytes cannot be read there. */
  private static @Nullable MemorySegment readable(MemorySegment pointer, long bytes) {
    return ProcessMemory.isReadable(pointer.address(), bytes)
        ? NativeMemory.global(pointer, bytes)
        : null;
  }

  /** Whether a pointer leads to a C string. */
  private static boolean holds(MemorySegment pointer, String expected) {
    byte[] bytes = (expected + "\0").getBytes(StandardCharsets.UTF_8);
    MemorySegment segment = readable(pointer, bytes.length);
    return segment != null && segment.mismatch(MemorySegment.ofArray(bytes)) < 0;
  }
}
