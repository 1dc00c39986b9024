package dev.sidestep.stack.nic.dpdk.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A sem_t, which a native thread can post without having anything to do with the JVM. */
final class Semaphore {

  /** sem_post(), a callback for whoever wants to tell us something. */
  static final MemorySegment POST = LibC.symbol("sem_post");

  /** More than sizeof(sem_t) (semaphore.h). */
  private static final int ROOM = 64;

  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private static final MemorySegment INIT = LibC.symbol("sem_init");
  private static final MemorySegment TRY_WAIT = LibC.symbol("sem_trywait");

  /** For ever, as it may be posted when we have given up waiting. */
  private final MemorySegment address = Arena.global().allocate(ROOM, Long.BYTES);

  Semaphore() {
    long sharedByProcesses = 0;
    long count = 0;
    NativeCall.call(INIT, address.address(), sharedByProcesses, count);
  }

  MemorySegment address() {
    return address;
  }

  /** Waits to be posted. Returns false when that does not happen in time. */
  boolean await(long patienceNanos) {
    long deadlineNanos = System.nanoTime() + patienceNanos;
    while ((int) NativeCall.call(TRY_WAIT, address.address()) != 0) {
      if (System.nanoTime() - deadlineNanos > 0) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }
}
