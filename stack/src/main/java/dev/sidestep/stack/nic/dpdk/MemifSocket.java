package dev.sidestep.stack.nic.dpdk;

/** The arguments of a memif device that name its socket, with the driver's own defaults. */
final class MemifSocket {

  private static final String DEFAULT_PATH = "/run/memif.sock";

  private MemifSocket() {}

  static boolean isMemif(DeviceString device) {
    return device.driver().equals("net_memif");
  }

  static boolean isServer(DeviceString device) {
    return isMemif(device) && "server".equals(device.argument("role"));
  }

  static String path(DeviceString device) {
    String path = device.argument("socket");
    return path == null ? DEFAULT_PATH : path;
  }

  /** As /proc/net/unix shows it: abstract names, memif's default, start with {@code @}. */
  static String nameInProc(DeviceString device) {
    boolean file = "no".equals(device.argument("socket-abstract"));
    return file ? path(device) : "@" + path(device);
  }
}
