package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;

/** Skips tests where something they need is missing, and says so. */
final class RequiresDpdk {

  private RequiresDpdk() {}

  static void orSkip() {
    orSkip(DpdkLibrary.load() != null, "DPDK is not installed");
  }

  static void orSkip(boolean condition, String why) {
    if (!condition) {
      System.out.println("skipped: " + why);
    }
    assumeTrue(condition, why);
  }
}
