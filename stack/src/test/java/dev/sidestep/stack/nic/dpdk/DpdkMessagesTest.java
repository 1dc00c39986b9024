package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkAbi;
import java.util.List;
import org.junit.jupiter.api.Test;

class DpdkMessagesTest {

  private static final DeviceString DEVICE = DeviceString.parse("net_ring0,x=1");

  @Test
  void aMissingLibraryNamesThePackages() {
    String message = DpdkMessages.noLibrary(null).getMessage();
    assertTrue(
        message.contains(
            "apt-get install librte-ethdev23 librte-mempool-ring23 librte-net-null23"
                + " librte-net-memif23"),
        message);
  }

  @Test
  void anUnknownReleaseNamesTheSupportedOnes() {
    assertEquals(
        "sidestep.device: DPDK 21.11.9 is not supported; install one of DPDK 22.11 (librte-*23),"
            + " 23.11 (librte-*24), 24.11 (librte-*25), 25.11 (librte-*26)",
        DpdkMessages.noLibrary("DPDK 21.11.9").getMessage());
  }

  @Test
  void anUnknownProcessorNamesTheKnownOne() {
    assertEquals(
        "sidestep.device: DPDK on aarch64 is not supported, only on amd64 (x86-64), as releases"
            + " 22.11, 23.11, 24.11, 25.11",
        DpdkMessages.otherArchitecture("aarch64").getMessage());
  }

  @Test
  void aMissingDriverNamesItsPackage() {
    String message =
        attachFailed(-14, "EAL: failed to parse device \"vdev:net_ring0\"").getMessage();
    assertEquals(
        "sidestep.device=net_ring0,x=1: DPDK has no driver for net_ring0; install it (apt-get"
            + " install librte-net-ring23) or correct the name",
        message);
  }

  @Test
  void aDriverInALibraryOfAnotherNameNamesThatOnesPackage() {
    String message =
        DpdkMessages.noDriver(DeviceString.parse("net_virtio_user0"), DpdkAbi.ABI_25).getMessage();
    assertTrue(message.contains("apt-get install librte-net-virtio25)"), message);
  }

  @Test
  void aDriverIsQuotedWithoutTheNoiseBehindIt() {
    String message =
        attachFailed(
                -22,
                "net_ring: bad value of x",
                "EAL: Driver cannot attach the device (net_ring0)",
                "EAL: Failed to attach device on primary process")
            .getMessage();
    assertEquals(
        "sidestep.device=net_ring0,x=1: its driver refuses it: net_ring: bad value of x (EINVAL,"
            + " invalid argument)",
        message);
  }

  @Test
  void anotherEalInTheProcessIsNamedAsSuch() {
    String message = ealFailed("EAL: FATAL: already called initialization.").getMessage();
    assertTrue(message.contains("something else in this JVM has started DPDK"), message);
  }

  @Test
  void aBadArgumentIsQuoted() {
    String message =
        ealFailed(
                "EAL: Detected CPU lcores: 2",
                "sidestep: unrecognized option '--bogus'",
                "Usage: sidestep [options]",
                "  -h, --help  This help",
                "EAL: FATAL: Invalid 'command line' arguments.")
            .getMessage();
    assertEquals(
        "sidestep.eal: DPDK does not accept its arguments [--bogus]: sidestep: unrecognized option"
            + " '--bogus'",
        message);
  }

  @Test
  void noMemoryNamesBothWaysOut() {
    String message = ealFailed("EAL: Cannot get hugepage information.").getMessage();
    assertTrue(message.contains("vm.nr_hugepages"), message);
    assertTrue(message.contains("--no-huge -m"), message);
  }

  private static DpdkException attachFailed(int status, String... lines) {
    return DpdkMessages.attachFailed(DEVICE, status, List.of(lines), DpdkAbi.ABI_23);
  }

  private static DpdkException ealFailed(String... lines) {
    return DpdkMessages.ealFailed(List.of(lines), List.of("sidestep", "--bogus"));
  }
}
