package dev.sidestep.stack.nic.dpdk;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel says of one of its interfaces in this thread's network namespace. Neither {@code
 * java.net.NetworkInterface}, which skips interfaces without addresses, nor sysfs, which can belong
 * to another namespace, would do.
 */
final class KernelInterface {

  private static final Path DEVICES = Path.of("/proc/thread-self/net/dev");
  private static final Path SETTINGS = Path.of("/proc/sys/net/ipv6/conf");

  private KernelInterface() {}

  static boolean exists(String name) {
    try {
      for (String line : Files.readAllLines(DEVICES)) {
        if (line.strip().startsWith(name + ":")) {
          return true;
        }
      }
      return false;
    } catch (IOException unreadable) {
      // Without /proc let DPDK find out.
      return true;
    }
  }

  /** MTU of an existing interface in bytes; unlimited where the kernel does not say. */
  static int mtuBytes(String name) {
    // Buffered, because a sysctl file gives all it has to the first read, however short.
    try (BufferedReader mtu = Files.newBufferedReader(SETTINGS.resolve(name).resolve("mtu"))) {
      return Integer.parseInt(mtu.readLine());
    } catch (IOException | NumberFormatException unknown) {
      return Integer.MAX_VALUE;
    }
  }
}
