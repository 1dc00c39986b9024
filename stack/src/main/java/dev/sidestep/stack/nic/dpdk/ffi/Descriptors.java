package dev.sidestep.stack.nic.dpdk.ffi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** File descriptors that are a driver's. */
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

  static boolean isSocket(int descriptor) {
    return standsFor(descriptor, "socket:");
  }

  static boolean isEventfd(int descriptor) {
    return standsFor(descriptor, "anon_inode:[eventfd");
  }

  private static boolean standsFor(int descriptor, String kind) {
    try {
      Path link = Path.of("/proc/self/fd", String.valueOf(descriptor));
      return Files.readSymbolicLink(link).toString().startsWith(kind);
    } catch (IOException noDescriptor) {
      return false;
    }
  }
}
