package dev.sidestep.stack.nic.dpdk.ffi;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What DPDK's headers do inline: calls through the function pointers a driver or a pool has
 * published. Allocates nothing; pointers are passed as {@code long}, so that no call pays for
 * keeping an arena alive.
 */
public final class FastPath {

  private static final MethodHandle CRITICAL_CALL =
      NativeCall.link(3, Linker.Option.critical(false));

  private FastPath() {}

  /** Links the handle, so that no call has to. */
  static void link() {
    // It is there once this class is.
  }

  /**
   * Calls a driver's rx or tx burst function.
   *
   * @param function the driver's function
   * @param critical call without letting the JVM know: cheaper, and every safepoint waits for it,
   *     so only for drivers whose bursts never block in the kernel
   * @param queue the driver's queue
   * @param packets address of an array of mbuf pointers
   * @param count length of that array, at most 65535
   * @return packets received or taken
   */
  public static int burst(
      MemorySegment function, boolean critical, long queue, long packets, int count) {
    // uint16_t (*)(void *queue, struct rte_mbuf **packets, uint16_t count)
    long done =
        critical
            ? criticalCall(function, queue, packets, count)
            : NativeCall.burst(function, queue, packets, count);
    return (int) done & 0xFFFF;
  }

  /**
   * Moves objects out of or into a pool through its dequeue or enqueue function.
   *
   * @return 0, or negative when the pool cannot give or take all {@code count} objects, and then
   *     none was moved
   */
  public static int poolTransfer(MemorySegment function, long pool, long objects, int count) {
    // int (*)(struct rte_mempool *pool, void **objects, unsigned count)
    return (int) criticalCall(function, pool, objects, count);
  }

  /** Objects that are in a pool, by its get_count function. */
  public static int poolCount(MemorySegment function, long pool) {
    // unsigned (*)(const struct rte_mempool *pool); see NativeCall for the rest
    return (int) criticalCall(function, pool, 0, 0);
  }

  private static long criticalCall(MemorySegment function, long a, long b, int c) {
    try {
      return (long) CRITICAL_CALL.invokeExact(function, a, b, (long) c);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }
}
