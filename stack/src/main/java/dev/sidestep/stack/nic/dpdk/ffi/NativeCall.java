package dev.sidestep.stack.nic.dpdk.ffi;

/**
 * Calls of native functions, which throw nothing but have to be declared to throw anything. What is
 * thrown all the same is the JVM's: no stack or no memory left for the call, or wrong arguments.
 */
final class NativeCall {

  private NativeCall() {}

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
