package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkAbi;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what went wrong and what to do about it, from what DPDK returned and logged. Pure. */
final class DpdkMessages {

  private DpdkMessages() {}

  /**
   * There is no DPDK we can work with.
   *
   * @param version what the one that is installed calls itself, or {@code null} for none
   */
  static DpdkException noLibrary(@Nullable String version) {
    String supported =
        Arrays.stream(DpdkAbi.values())
            .map(abi -> abi.release() + " (librte-*" + abi.soVersion() + ")")
            .collect(Collectors.joining(", "));
    if (version != null) {
      return new DpdkException(
          "sidestep.device: " + version + " is not supported; install one of DPDK " + supported);
    }
    return new DpdkException(
        "sidestep.device: DPDK's libraries are not installed; on Debian 12: apt-get install "
            + packages(DpdkAbi.ABI_23, "net_memif")
            + ", on Debian 13 with "
            + DpdkAbi.ABI_25.soVersion()
            + " in their place (supported: DPDK "
            + supported
            + ")");
  }

  /** The structures of DPDK are not known for this processor. */
  static DpdkException otherArchitecture(String architecture) {
    return new DpdkException(
        "sidestep.device: DPDK on %s is not supported, only on %s (x86-64), as releases %s"
            .formatted(
                architecture,
                DpdkAbi.ARCHITECTURE,
                Arrays.stream(DpdkAbi.values())
                    .map(DpdkAbi::release)
                    .collect(Collectors.joining(", "))));
  }

  /** The Debian packages that suffice for a driver. */
  private static String packages(DpdkAbi abi, String driver) {
    int number = abi.soVersion();
    return "librte-ethdev%d librte-mempool-ring%d librte-net-null%d %s"
        .formatted(number, number, number, driverPackage(abi, driver));
  }

  private static String driverPackage(DpdkAbi abi, String driver) {
    return debianPackage(abi, DriverLibraries.of(driver));
  }

  private static String debianPackage(DpdkAbi abi, String library) {
    return "librte-" + library.replace('_', '-') + abi.soVersion();
  }

  /** A structure of DPDK's does not have {@code field} where it should be. */
  static DpdkException unknownLayout(String version, String field) {
    return new DpdkException(
        "sidestep.device: the self-test of %s fails at %s: this build is laid out unlike any"
                .formatted(version, field)
            + " supported one; install your distribution's packages");
  }

  /** rte_eal_init has failed. */
  static DpdkException ealFailed(List<String> lines, List<String> arguments) {
    String text = String.join("\n", lines);
    if (text.contains("already called initialization")) {
      return new DpdkException(
          "sidestep.device: something else in this JVM has started DPDK already; it starts once per"
              + " process, so that and Sidestep cannot share one");
    }
    String why = EalLog.reason(lines);
    if (text.contains("Invalid 'command line' arguments") || text.contains("Usage:")) {
      return new DpdkException(
          "sidestep.eal: DPDK does not accept its arguments %s: %s"
              .formatted(arguments.subList(1, arguments.size()), argumentReason(lines)));
    }
    if (text.contains("hugepage") || text.contains("Cannot init memory")) {
      return new DpdkException(
          "sidestep.eal: DPDK gets no memory (%s); reserve hugepages (sysctl vm.nr_hugepages=64) or"
                  .formatted(why)
              + " pass --no-huge -m <megabytes>");
    }
    return new DpdkException("sidestep.eal: DPDK does not start: " + why);
  }

  // What getopt and the option parser print before the usage text.
  private static String argumentReason(List<String> lines) {
    for (String line : lines) {
      if (line.contains("invalid") || line.contains("unrecognized") || line.contains("requires")) {
        return line.strip();
      }
    }
    for (String line : lines) {
      if (line.startsWith("EAL:") && !line.contains("Detected")) {
        return line.strip();
      }
    }
    return EalLog.reason(lines);
  }

  /** rte_eal_hotplug_add has failed. */
  static DpdkException attachFailed(
      DeviceString device, int status, List<String> lines, DpdkAbi abi) {
    boolean driverSpoke =
        lines.stream().anyMatch(line -> !line.isBlank() && !line.startsWith("EAL:"));
    int errno = -status;
    boolean nobodyTookIt =
        errno == Errno.ENOTSUP
            || errno == Errno.ENODEV
            || errno == Errno.ENOENT
            || errno == Errno.EFAULT;
    if (nobodyTookIt && !driverSpoke) {
      return noDriver(device, abi);
    }
    if (errno == Errno.EEXIST) {
      return device.wrong("a device of this name is open already; give it another number");
    }
    return device.wrong("its driver refuses it: " + withErrno(EalLog.reason(lines), errno));
  }

  /** There is no driver that takes a device. */
  static DpdkException noDriver(DeviceString device, DpdkAbi abi) {
    return device.wrong(
        "DPDK has no driver for %s; install it (apt-get install %s) or correct the name"
            .formatted(device.name(), driverPackage(abi, device.driver())));
  }

  /** A library is missing that every device needs. */
  static DpdkException missingLibrary(String library, DpdkAbi abi) {
    return new DpdkException(
        "sidestep.device: librte_%s of DPDK %s is not installed; apt-get install %s"
            .formatted(library, abi.release(), debianPackage(abi, library)));
  }

  /** Adds what an errno value means to a reason; -1 is what drivers return for anything. */
  static String withErrno(String reason, int errno) {
    return errno == 1 ? reason : reason + " (" + Errno.name(errno) + ")";
  }
}
