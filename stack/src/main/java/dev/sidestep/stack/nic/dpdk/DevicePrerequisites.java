package dev.sidestep.stack.nic.dpdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

  /**
   * The keys all supported releases know. These drivers ignore an unknown key, and some of them
   * every other key with it; the rest complain by themselves.
   */
  private static final Map<String, Set<String>> KEYS =
      Map.of(
          "net_memif",
          Set.of(
              "id",
              "role",
              "bsize",
              "rsize",
              "socket",
              "socket-abstract",
              "mac",
              "secret",
              "zero-copy"),
          "net_tap",
          Set.of("iface", "remote", "mac", "persist"),
          "net_null",
          Set.of("size", "copy", "no-rx"),
          "net_af_packet",
          Set.of("iface", "qpairs", "blocksz", "framesz", "framecnt", "qdisc_bypass"));

  private DevicePrerequisites() {}

  /** Throws a {@link DpdkException} when the device cannot work. */
  static void check(DeviceString device) {
    checkDriver(device);
    checkKeys(device);
    switch (device.driver()) {
      case "net_memif" -> checkMemif(device);
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

  // DPDK compares the beginning only, and would take net_memiff0 for a memif device.
  private static void checkDriver(DeviceString device) {
    for (String driver : KEYS.keySet()) {
      if (device.driver().startsWith(driver) && !device.driver().equals(driver)) {
        throw device.wrong(
            "there is no driver " + device.driver() + "; did you mean " + driver + "?");
      }
    }
  }

  private static void checkKeys(DeviceString device) {
    Set<String> known = KEYS.get(device.driver());
    for (String key : device.arguments().keySet()) {
      if (known != null && !known.contains(key)) {
        throw device.wrong(
            "%s does not know '%s', only %s".formatted(device.driver(), key, new TreeSet<>(known)));
      }
    }
  }

  private static void checkMemif(DeviceString device) {
    String role = device.argument("role");
    if (role != null && !role.equals("server") && !role.equals("client")) {
      throw device.wrong("role is 'server' or 'client', not '" + role + "'");
    }
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
    Path tun = Path.of("/dev/net/tun");
    if (!Files.exists(tun)) {
      throw device.wrong(tun + " does not exist; load the kernel module with: modprobe tun");
    }
    checkCapability(device, CAP_NET_ADMIN, "CAP_NET_ADMIN");
    String name = device.argument("iface");
    if (name != null && name.length() > MAX_INTERFACE_NAME_LENGTH) {
      throw device.wrong("iface is longer than " + MAX_INTERFACE_NAME_LENGTH + " characters");
    }
  }

  private static void checkInterface(DeviceString device) {
    String name = device.argument("iface");
    if (name == null || name.isEmpty()) {
      throw device.wrong("name the kernel's interface with iface=<name>");
    }
    if (!KernelInterface.exists(name)) {
      throw device.wrong("there is no interface " + name + "; see: ip link");
    }
  }

  private static void checkCapability(DeviceString device, int capability, String name) {
    if ((effectiveCapabilities() & (1L << capability)) == 0) {
      throw device.wrong(device.driver() + " needs " + name + "; run as root or grant it");
    }
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
