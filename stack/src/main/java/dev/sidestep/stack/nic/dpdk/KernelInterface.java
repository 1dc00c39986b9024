package dev.sidestep.stack.nic.dpdk;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
    List<String> names = names();
    // Without /proc let DPDK find out.
    return names.isEmpty() || names.contains(name);
  }

  /** The names of all interfaces, or nothing where the kernel does not say. */
  static List<String> names() {
    try {
      return Files.readAllLines(DEVICES).stream()
          .filter(line -> line.indexOf(':') > 0)
          .map(line -> line.substring(0, line.indexOf(':')).strip())
          .toList();
    } catch (IOException unreadable) {
      return List.of();
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
