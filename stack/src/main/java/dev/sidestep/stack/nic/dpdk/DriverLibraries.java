package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import java.util.List;
import java.util.Map;

/** The libraries that DPDK's parts are in, and whether they are installed. */
final class DriverLibraries {

  /** What every device needs: the pools of its packets, and the self-test's device. */
  private static final List<String> OF_ALL = List.of("mempool_ring", "net_null");

  /** Drivers in a library of another name. */
  private static final Map<String, String> ELSEWHERE =
      Map.of("net_tun", "net_tap", "net_bonding", "net_bond", "net_virtio_user", "net_virtio");

  private DriverLibraries() {}

  /** The library of a driver, without {@code librte_}. */
  static String of(String driver) {
    return ELSEWHERE.getOrDefault(driver, driver);
  }

  /**
   * Throws a {@link DpdkException} when one is missing that the devices need. Where a driver is
   * that we do not know, or the user names places of drivers, DPDK finds out.
   */
  static void require(DpdkLibrary library, List<DeviceString> devices, List<String> ealArguments) {
    if (EalArguments.namesDrivers(ealArguments)) {
      return;
    }
    for (String name : OF_ALL) {
      if (!library.has(name)) {
        throw DpdkMessages.missingLibrary(name, library.abi());
      }
    }
    for (DeviceString device : devices) {
      if (DriverArguments.isKnown(device.driver()) && !library.has(of(device.driver()))) {
        throw DpdkMessages.noDriver(device, library.abi());
      }
    }
  }
}
