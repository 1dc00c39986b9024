package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The one look we take into a driver. When a memif peer goes away, the driver's interrupt thread
 * clears its "connected" flag, takes and releases {@code cc_lock}, and unmaps the rings, without
 * waiting for a burst that saw the flag: the process dies of a segmentation fault (seen within 20
 * peers killed under load). Nobody else takes that lock, so holding it during a burst makes the
 * driver wait.
 *
 * <p>These structures are internal to DPDK, so they are believed only if the names of the device
 * and of its socket are found where they should be.
 */
final class MemifInternals {

  /** rte_eth_dev_data.name (ethdev_driver.h), of RTE_ETH_NAME_MAX_LEN bytes. */
  private static final int DATA_NAME = 0;

  private static final int NAME_BYTES = 64;

  /** rte_eth_dev_data.dev_private. */
  private static final int DATA_PRIVATE = 96;

  /** pmd_internals.socket_filename (rte_eth_memif.h). */
  private static final int SOCKET_FILENAME = 16;

  /** MEMIF_SOCKET_UN_SIZE (memif_socket.h). */
  private static final int SOCKET_FILENAME_BYTES = 256;

  private MemifInternals() {}

  /**
   * The lock of a memif port, or {@code null} when this build is laid out otherwise.
   *
   * @param devices the array rte_eth_devices
   */
  static @Nullable MemorySegment disconnectLock(
      DpdkAbi abi, MemorySegment devices, int port, String deviceName, String socketName) {
    MemorySegment device = devices.asSlice((long) port * abi.ethDevBytes(), abi.ethDevBytes());
    MemorySegment data =
        NativeMemory.global(
            device.get(ADDRESS, abi.ethDevDataOffset()), DATA_PRIVATE + ADDRESS.byteSize());
    if (!holds(data.asSlice(DATA_NAME, NAME_BYTES), deviceName)) {
      return null;
    }
    MemorySegment internals =
        NativeMemory.global(
            data.get(ADDRESS, DATA_PRIVATE), abi.memifLockOffset() + (long) RteSpinlock.SIZE);
    MemorySegment filename =
        NativeMemory.global(internals.get(ADDRESS, SOCKET_FILENAME), SOCKET_FILENAME_BYTES);
    MemorySegment lock = internals.asSlice(abi.memifLockOffset(), RteSpinlock.SIZE);
    boolean free = lock.get(JAVA_INT, 0) == 0;
    return free && holds(filename, socketName) ? lock : null;
  }

  /**
   * The receive interrupt of a memif queue whose port has a {@link #disconnectLock}, or {@code
   * null} when this build is laid out otherwise.
   *
   * @param queue the driver's receive queue
   * @param pool the mempool it was set up with
   */
  static @Nullable MemifInterrupt rxInterrupt(
      DpdkAbi abi,
      MemorySegment devices,
      int port,
      long queue,
      long pool,
      MemorySegment lock,
      MethodHandle descriptorOf) {
    MemorySegment device = devices.asSlice((long) port * abi.ethDevBytes(), abi.ethDevBytes());
    MemorySegment data =
        NativeMemory.global(
            device.get(ADDRESS, abi.ethDevDataOffset()), DATA_PRIVATE + ADDRESS.byteSize());
    MemorySegment internals =
        NativeMemory.global(data.get(ADDRESS, DATA_PRIVATE), abi.memifLockOffset());
    // rte_eth_dev.process_private stands behind rte_eth_dev.data; its first field is the array.
    MemorySegment regions =
        NativeMemory.global(
            device.get(ADDRESS, abi.ethDevDataOffset() + ADDRESS.byteSize()),
            MemifInterrupt.MAX_REGIONS * ADDRESS.byteSize());
    MemorySegment memifQueue =
        NativeMemory.global(MemorySegment.ofAddress(queue), MemifInterrupt.QUEUE_BYTES);
    boolean known =
        memifQueue.get(ADDRESS, MemifInterrupt.QUEUE_MEMPOOL).address() == pool
            && memifQueue.get(JAVA_SHORT, MemifInterrupt.QUEUE_PORT) == (short) port;
    return known ? new MemifInterrupt(memifQueue, internals, regions, lock, descriptorOf) : null;
  }

  /** Whether a C string stands there; reads no more of it than agrees. */
  private static boolean holds(MemorySegment segment, String expected) {
    byte[] bytes = (expected + "\0").getBytes(StandardCharsets.UTF_8);
    return bytes.length <= segment.byteSize()
        && segment.asSlice(0, bytes.length).mismatch(MemorySegment.ofArray(bytes)) < 0;
  }
}
