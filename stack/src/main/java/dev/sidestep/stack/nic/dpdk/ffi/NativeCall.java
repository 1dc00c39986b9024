package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Calls of native functions that take and return integers and pointers. In the calling conventions
 * of the machines we run on, x86-64 (System V) and aarch64 (AAPCS64), each of these travels in 64
 * bits, a function looks at as many as it has declared, and the caller cleans up. So all functions
 * share one handle, which passes zeros for what they do not have. Linking a handle takes
 * milliseconds when a program starts, a call does not.
 *
 * <p>Pass unsigned values as they are and negative ones sign-extended; of a result, only the bits
 * of its C type mean anything: cast it. Nothing is allocated.
 *
 * <p>Native functions throw nothing. What is thrown all the same is the JVM's, such as no stack
 * left for the call, and reaches the caller as what it is.
 */
final class NativeCall {

  private static final int MAX_ARGUMENTS = 7;

  private static final MethodHandle HANDLE = link(MAX_ARGUMENTS);

  private NativeCall() {}

  /** For bursts, which are called all the time: a handle that passes no more than they take. */
  private static final class Burst {
    static final MethodHandle HANDLE = link(3);
  }

  /** A handle for functions of {@code arguments} arguments; its own first one is the function. */
  @SuppressWarnings("restricted")
  static MethodHandle link(int arguments, Linker.Option... options) {
    MemoryLayout[] layouts = new MemoryLayout[arguments];
    Arrays.fill(layouts, JAVA_LONG);
    return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, layouts), options);
  }

  static long call(MemorySegment function) {
    return call(function, 0, 0, 0, 0, 0, 0, 0);
  }

  static long call(MemorySegment function, long a) {
    return call(function, a, 0, 0, 0, 0, 0, 0);
  }

  static long call(MemorySegment function, long a, long b) {
    return call(function, a, b, 0, 0, 0, 0, 0);
  }

  static long call(MemorySegment function, long a, long b, long c) {
    return call(function, a, b, c, 0, 0, 0, 0);
  }

  static long call(MemorySegment function, long a, long b, long c, long d) {
    return call(function, a, b, c, d, 0, 0, 0);
  }

  static long call(MemorySegment function, long a, long b, long c, long d, long e) {
    return call(function, a, b, c, d, e, 0, 0);
  }

  static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
    return call(function, a, b, c, d, e, f, 0);
  }

  static long call(MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
    try {
      return (long) HANDLE.invokeExact(function, a, b, c, d, e, f, g);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  /** A driver's rx or tx burst. */
  static long burst(MemorySegment function, long queue, long packets, long count) {
    try {
      return (long) Burst.HANDLE.invokeExact(function, queue, packets, count);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  /**
   * Throws what a method handle has thrown, as what it is.
   *
   * @return nothing; for the compiler, to be thrown
   */
  static RuntimeException rethrown(Throwable thrown) {
    return NativeCall.<RuntimeException>unchecked(thrown);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // that is the point
  private static <T extends Throwable> RuntimeException unchecked(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
