package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What DPDK's headers do inline: calls through the function pointers a driver or a pool has
 * published. Allocates nothing; pointers are passed as {@code long}, so that no call pays for
 * keeping an arena alive.
 */
public final class FastPath {

  /** uint16_t (*)(void *queue, struct rte_mbuf **packets, uint16_t count). */
  private static final FunctionDescriptor BURST =
      FunctionDescriptor.of(JAVA_SHORT, JAVA_LONG, JAVA_LONG, JAVA_SHORT);

  /** int (*)(struct rte_mempool *pool, void **objects, unsigned count). */
  private static final FunctionDescriptor POOL_TRANSFER =
      FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

  /** unsigned (*)(const struct rte_mempool *pool). */
  private static final FunctionDescriptor POOL_COUNT = FunctionDescriptor.of(JAVA_INT, JAVA_LONG);

  private static final MethodHandle BURST_CALL = handle(BURST);
  private static final MethodHandle CRITICAL_BURST_CALL =
      handle(BURST, Linker.Option.critical(false));
  private static final MethodHandle POOL_TRANSFER_CALL =
      handle(POOL_TRANSFER, Linker.Option.critical(false));
  private static final MethodHandle POOL_COUNT_CALL =
      handle(POOL_COUNT, Linker.Option.critical(false));

  private FastPath() {}

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
    try {
      short done =
          critical
              ? (short) CRITICAL_BURST_CALL.invokeExact(function, queue, packets, (short) count)
              : (short) BURST_CALL.invokeExact(function, queue, packets, (short) count);
      return done & 0xFFFF;
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /**
   * Moves objects out of or into a pool through its dequeue or enqueue function.
   *
   * @return 0, or negative when the pool cannot give or take all {@code count} objects, and then
   *     none was moved
   */
  public static int poolTransfer(MemorySegment function, long pool, long objects, int count) {
    try {
      return (int) POOL_TRANSFER_CALL.invokeExact(function, pool, objects, count);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** Objects that are in a pool, by its get_count function. */
  public static int poolCount(MemorySegment function, long pool) {
    try {
      return (int) POOL_COUNT_CALL.invokeExact(function, pool);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(FunctionDescriptor descriptor, Linker.Option... options) {
    return Linker.nativeLinker().downcallHandle(descriptor, options);
  }
}
