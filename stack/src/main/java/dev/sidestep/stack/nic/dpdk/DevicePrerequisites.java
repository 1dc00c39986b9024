package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkAbi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What can be known before DPDK is asked: drivers say little when something is missing, and some of
 * it only in their log.
 */
final class DevicePrerequisites {

  /** CAP_NET_ADMIN and CAP_NET_RAW (linux/capability.h). */
  private static final int CAP_NET_ADMIN = 12;

  private static final int CAP_NET_RAW = 13;

  /** IFNAMSIZ without the final NUL (linux/if.h). */
  private static final int MAX_INTERFACE_NAME_LENGTH = 15;

  /** sockaddr_un.sun_path without the leading or final NUL (unix(7)). */
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  private static final Path PCI_DEVICES = Path.of("/sys/bus/pci/devices");

  private DevicePrerequisites() {}

  /**
   * Throws a {@link DpdkException} when the device cannot work.
   *
   * @param eal the user's arguments for EAL, spelt out
   */
  static void check(DeviceString device, List<String> eal) {
    DriverArguments.check(device);
    if (device.pci()) {
      checkPci(device);
    }
    switch (device.driver()) {
      case "net_memif" -> {
        checkMemif(device);
        checkZeroCopy(device, eal);
      }
      case "net_af_packet" -> {
        checkInterface(device);
        checkCapability(device, CAP_NET_RAW, "CAP_NET_RAW");
      }
      case "net_af_xdp" -> {
        checkInterface(device);
        checkCapability(device, CAP_NET_RAW, "CAP_NET_RAW");
        checkCapability(device, CAP_NET_ADMIN, "CAP_NET_ADMIN");
      }
      case "net_tap" -> checkTap(device);
      default -> {
        // DPDK knows what the others need.
      }
    }
  }

  private static void checkPci(DeviceString device) {
    if (Files.isDirectory(PCI_DEVICES) && !Files.exists(PCI_DEVICES.resolve(device.name()))) {
      throw device.wrong("there is no PCI device " + device.name() + "; see: lspci -D");
    }
  }

  /** Throws a {@link DpdkException} when the device cannot work with this DPDK. */
  static void check(DeviceString device, DpdkAbi abi) {
    if (device.driver().equals("net_af_xdp") && abi.soVersion() < DpdkAbi.ABI_25.soVersion()) {
      throw device.wrong(
          "net_af_xdp of DPDK %s loses packets, since it shows the kernel only a part of their"
                  .formatted(abi.release())
              + " memory; use net_af_packet with the same iface=, or DPDK "
              + DpdkAbi.ABI_25.release()
              + " or newer");
    }
  }

  /** Throws a {@link DpdkException} when devices that can work cannot work side by side. */
  static void checkTogether(List<DeviceString> devices) {
    Set<String> names = new HashSet<>();
    Map<String, DeviceString> memifEnds = new HashMap<>();
    for (DeviceString device : devices) {
      if (!names.add(device.name())) {
        throw device.wrong("there are two devices of this name; give one another number");
      }
      DeviceString other =
          MemifSocket.isMemif(device) ? memifEnds.put(MemifSocket.end(device), device) : null;
      if (other != null) {
        throw device.wrong(
            "it is the same end of the same link as "
                + other.name()
                + "; give it another id= or socket="
                + (MemifSocket.isServer(device) ? "" : ", or role=server"));
      }
    }
  }

  private static void checkMemif(DeviceString device) {
    String socket = device.argument("socket");
    if (socket == null) {
      return;
    }
    if (socket.length() > MAX_SOCKET_PATH_BYTES) {
      throw device.wrong("the socket's path is longer than " + MAX_SOCKET_PATH_BYTES + " bytes");
    }
    if ("no".equals(device.argument("socket-abstract"))) {
      checkSocketDirectory(device, Path.of(socket));
    }
  }

  // The peer maps our packets; the driver offers it whole files of memory.
  private static void checkZeroCopy(DeviceString device, List<String> eal) {
    if ("yes".equals(device.argument("zero-copy"))
        && !MemifSocket.isServer(device)
        && !eal.contains("--single-file-segments")) {
      throw device.wrong("zero-copy=yes needs sidestep.eal=--single-file-segments");
    }
  }

  private static void checkSocketDirectory(DeviceString device, Path socket) {
    Path directory = socket.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw device.wrong("directory " + directory + " does not exist; make it, or change socket=");
    }
    if (!Files.isWritable(directory)) {
      throw device.wrong(
          "directory " + directory + " is not writable; allow it, or change socket=");
    }
  }

  private static void checkTap(DeviceString device) {
    String name = device.argument("iface");
    if (name != null && name.length() > MAX_INTERFACE_NAME_LENGTH) {
      throw device.wrong("iface is longer than " + MAX_INTERFACE_NAME_LENGTH + " characters");
    }
    String remote = device.argument("remote");
    if (remote != null) {
      checkExists(device, remote);
    }
    Path tun = Path.of("/dev/net/tun");
    if (!Files.exists(tun)) {
      throw device.wrong(tun + " does not exist; load the kernel module with: modprobe tun");
    }
    checkCapability(device, CAP_NET_ADMIN, "CAP_NET_ADMIN");
  }

  private static void checkInterface(DeviceString device) {
    String name = device.argument("iface");
    if (name == null || name.isEmpty()) {
      throw device.wrong("name the kernel's interface with iface=<name>");
    }
    checkExists(device, name);
  }

  private static void checkExists(DeviceString device, String name) {
    if (!KernelInterface.exists(name)) {
      throw device.wrong(
          "there is no interface %s; there are %s"
              .formatted(name, String.join(", ", KernelInterface.names())));
    }
  }

  private static void checkCapability(DeviceString device, int capability, String name) {
    if (!has(capability)) {
      throw device.wrong(device.driver() + " needs " + name + "; run as root or grant it");
    }
  }

  /** Whether this process has CAP_NET_ADMIN. */
  static boolean mayAdministerNetwork() {
    return has(CAP_NET_ADMIN);
  }

  private static boolean has(int capability) {
    return (effectiveCapabilities() & (1L << capability)) != 0;
  }

  private static long effectiveCapabilities() {
    try {
      String mask = ProcFile.field(Path.of("/proc/thread-self/status"), "CapEff");
      return Long.parseUnsignedLong(mask, 16);
    } catch (IOException unreadable) {
      // Without /proc let DPDK find out.
      return -1;
    }
  }
}
