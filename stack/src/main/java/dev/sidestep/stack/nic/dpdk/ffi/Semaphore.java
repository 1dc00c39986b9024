package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A sem_t, which a native thread can post without having anything to do with the JVM. */
final class Semaphore {

  /** sem_post(), a callback for whoever wants to tell us something. */
  static final MemorySegment POST = Linker.nativeLinker().defaultLookup().findOrThrow("sem_post");

  /** More than sizeof(sem_t) (semaphore.h). */
  private static final int ROOM = 64;

  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private static final MethodHandle INIT =
      handle("sem_init", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle TRY_WAIT =
      handle("sem_trywait", FunctionDescriptor.of(JAVA_INT, ADDRESS));

  /** For ever, as it may be posted when we have given up waiting. */
  private final MemorySegment address = Arena.global().allocate(ROOM, Long.BYTES);

  Semaphore() {
    try {
      int unused = (int) INIT.invokeExact(address, 0, 0);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  MemorySegment address() {
    return address;
  }

  /** Waits to be posted. Returns false when that does not happen in time. */
  boolean await(long patienceNanos) {
    long deadlineNanos = System.nanoTime() + patienceNanos;
    try {
      while ((int) TRY_WAIT.invokeExact(address) != 0) {
        if (System.nanoTime() - deadlineNanos > 0) {
          return false;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      return true;
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker()
        .downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name), descriptor);
  }
}
