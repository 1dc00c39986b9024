package dev.sidestep.stack.nic.dpdk.ffi;

/** File descriptors that a driver has lost sight of. */
public final class Descriptors {

  private Descriptors() {}

  /**
   * Closes what {@code descriptor} stands for, but keeps the number valid, standing for an eventfd
   * that never becomes ready: EAL's interrupt thread still has it on its list, and panics over a
   * descriptor that is closed.
   */
  public static void retire(int descriptor) {
    int never = LibC.eventfd();
    LibC.dup2(never, descriptor);
    LibC.close(never);
  }
}
