package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** rte_spinlock_t (rte_spinlock.h): a 32-bit word, 0 when free and 1 when held. */
public final class RteSpinlock {

  /** sizeof(rte_spinlock_t). */
  static final int SIZE = 4;

  private static final VarHandle WORD = JAVA_INT.varHandle();

  private RteSpinlock() {}

  /** rte_spinlock_lock(). */
  public static void lock(MemorySegment lock) {
    while (!WORD.compareAndSet(lock, 0L, 0, 1)) {
      Thread.onSpinWait();
    }
  }

  /** rte_spinlock_unlock(). */
  public static void unlock(MemorySegment lock) {
    WORD.setRelease(lock, 0L, 0);
  }
}
