package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Collections;

/**
 * Calls of native functions that take and return integers and pointers. In the calling conventions
 * of the machines we run on, x86-64 (System V) and aarch64 (AAPCS64), each of these travels in 64
 * bits and a function looks at as many as it has declared, so all functions of as many arguments
 * share one handle. Linking a handle takes milliseconds when a program starts, a call does not.
 *
 * <p>Pass unsigned values as they are and negative ones sign-extended; of a result, only the bits
 * of its C type mean anything: cast it. Nothing is allocated.
 *
 * <p>Native functions throw nothing. What is thrown all the same is the JVM's, such as no stack
 * left for the call, and reaches the caller as what it is.
 */
final class NativeCall {

  private NativeCall() {}

  // One class each, so that a handle is linked when it is first used, and constant from then on.

  private static final class Args0 {
    static final MethodHandle HANDLE = link(0);
  }

  private static final class Args1 {
    static final MethodHandle HANDLE = link(1);
  }

  private static final class Args2 {
    static final MethodHandle HANDLE = link(2);
  }

  private static final class Args3 {
    static final MethodHandle HANDLE = link(3);
  }

  private static final class Args4 {
    static final MethodHandle HANDLE = link(4);
  }

  private static final class Args5 {
    static final MethodHandle HANDLE = link(5);
  }

  private static final class Args6 {
    static final MethodHandle HANDLE = link(6);
  }

  private static final class Args7 {
    static final MethodHandle HANDLE = link(7);
  }

  /** A handle for functions of {@code arguments} arguments; its own first one is the function. */
  @SuppressWarnings("restricted")
  static MethodHandle link(int arguments, Linker.Option... options) {
    MemoryLayout[] layouts = Collections.nCopies(arguments, JAVA_LONG).toArray(MemoryLayout[]::new);
    return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, layouts), options);
  }

  static long call(MemorySegment function) {
    try {
      return (long) Args0.HANDLE.invokeExact(function);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static long call(MemorySegment function, long a) {
    try {
      return (long) Args1.HANDLE.invokeExact(function, a);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static long call(MemorySegment function, long a, long b) {
    try {
      return (long) Args2.HANDLE.invokeExact(function, a, b);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static long call(MemorySegment function, long a, long b, long c) {
    try {
      return (long) Args3.HANDLE.invokeExact(function, a, b, c);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static long call(MemorySegment function, long a, long b, long c, long d) {
    try {
      return (long) Args4.HANDLE.invokeExact(function, a, b, c, d);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static long call(MemorySegment function, long a, long b, long c, long d, long e) {
    try {
      return (long) Args5.HANDLE.invokeExact(function, a, b, c, d, e);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) Args6.HANDLE.invokeExact(function, a, b, c, d, e, f);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static long call(MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
    try {
      return (long) Args7.HANDLE.invokeExact(function, a, b, c, d, e, f, g);
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
