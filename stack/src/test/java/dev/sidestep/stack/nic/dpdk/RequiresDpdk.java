package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import org.jspecify.annotations.Nullable;

/**
 * Skips tests where something they need is missing, and says so. Where the property {@code
 * sidestep.test.dpdk} names a DPDK by its libraries' number, that one has to be there.
 */
final class RequiresDpdk {

  private static final @Nullable Integer REQUIRED = Integer.getInteger("sidestep.test.dpdk");

  private RequiresDpdk() {}

  static void orSkip() {
    DpdkLibrary library = DpdkLibrary.load();
    if (REQUIRED != null) {
      assertNotNull(library, "DPDK is not installed");
      assertEquals(REQUIRED, library.abi().soVersion(), library.version());
    }
    orSkip(library != null, "DPDK is not installed");
  }

  static void orSkip(boolean condition, String why) {
    if (!condition) {
      System.out.println("skipped: " + why);
    }
    assumeTrue(condition, why);
  }
}
