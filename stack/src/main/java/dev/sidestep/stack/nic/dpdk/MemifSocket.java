package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.dpdk.ffi.MemifPort;

/** The arguments of a memif device, with the driver's own defaults and ours. */
final class MemifSocket {

  private static final String DEFAULT_PATH = "/run/memif.sock";

  /**
   * memif has no MTU of its own: it chains as many descriptors as a frame needs. What crosses it is
   * memory, so a packet costs its headers' work and hardly more for being large, as with VPP, whose
   * memif interfaces start with the same MTU.
   */
  private static final int DEFAULT_MTU_BYTES = 9000;

  /**
   * A sender that fills a ring larger than this finds its slots cold when it comes round. Measured
   * at half the rate with the driver's 1024 slots of 2 KiB.
   */
  private static final int RING_BYTES = 512 << 10;

  private MemifSocket() {}

  /** The MTU of a memif device if {@code wantedBytes}, or 0 for no wish, is asked for. */
  static int mtuBytes(int wantedBytes) {
    return wantedBytes == 0 ? DEFAULT_MTU_BYTES : wantedBytes;
  }

  /**
   * The device with a slot per frame, whatever its size, and with rings that fit a core's cache.
   *
   * <p>The slots are the client's. A server that calls its own as large as the data room of its
   * buffers fills those of a client with smaller ones beyond their end since 23.03; with less it
   * looks at each slot's size first.
   */
  static DeviceString withDefaults(DeviceString device, int slotBytes) {
    int slots = Math.ceilDiv(RING_BYTES, slotBytes);
    int log2Slots = Integer.SIZE - Integer.numberOfLeadingZeros(slots - 1);
    int bufferBytes = isServer(device) ? slotBytes - 1 : slotBytes;
    return device
        .withDefault("bsize", String.valueOf(bufferBytes))
        .withDefault("rsize", String.valueOf(log2Slots));
  }

  static boolean isMemif(DeviceString device) {
    return device.driver().equals("net_memif");
  }

  static boolean isServer(DeviceString device) {
    return isMemif(device) && "server".equals(device.argument("role"));
  }

  /** Whether the socket is a file, and not an abstract name, memif's default. */
  static boolean hasFile(DeviceString device) {
    return "no".equals(device.argument("socket-abstract"));
  }

  static String path(DeviceString device) {
    String path = device.argument("socket");
    return path == null ? DEFAULT_PATH : path;
  }

  /** Tells apart what the driver does: ends of the same role and id at one socket are the same. */
  static String end(DeviceString device) {
    String id = device.argument("id");
    long number = id == null ? 0 : Long.parseLong(id);
    return (isServer(device) ? "server " : "client ") + number + " " + path(device);
  }

  /**
   * What the driver's structures say of a device that has its {@linkplain #withDefaults defaults}.
   */
  static MemifPort port(DeviceString device) {
    return new MemifPort(
        device.name(), path(device), number(device, "rsize"), number(device, "bsize"));
  }

  // As the driver reads them, which has accepted them.
  private static int number(DeviceString device, String key) {
    try {
      return Integer.parseInt(String.valueOf(device.argument(key)));
    } catch (NumberFormatException odd) {
      return -1;
    }
  }

  /** As /proc/net/unix shows it: abstract names, memif's default, start with {@code @}. */
  static String nameInProc(DeviceString device) {
    return hasFile(device) ? path(device) : "@" + path(device);
  }
}
