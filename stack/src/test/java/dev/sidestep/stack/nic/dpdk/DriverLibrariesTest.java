package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DriverLibrariesTest {

  @Test
  void mostDriversHaveALibraryOfTheirOwnName() {
    assertEquals("net_memif", DriverLibraries.of("net_memif"));
    assertEquals("net_tap", DriverLibraries.of("net_tun"));
  }

  @Test
  void theInstalledOnesAreFoundAndWhatIsUnknownIsLeftToDpdk() {
    RequiresDpdk.orSkip();
    DpdkLibrary library = Objects.requireNonNull(DpdkLibrary.load());
    assertTrue(library.has("net_memif"));
    assertFalse(library.has("net_nosuch"));
    List<DeviceString> devices =
        List.of(DeviceString.parse("net_memif0"), DeviceString.parse("net_of_somebody_else0"));
    assertDoesNotThrow(() -> DriverLibraries.require(library, devices, List.of()));
  }
}
