package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.NicDevice;
import java.io.IOException;
import java.util.List;

/** Opens a device, pulls the cable at the other end, plugs it back in, and prints what it sees. */
final class WatchCable {
  private static final long PAUSE_MILLIS = 10;

  private WatchCable() {}

  /** Arguments: a device string and the kernel's interface at the other end. */
  public static void main(String[] args) throws IOException, InterruptedException {
    try (NicDevice device = DpdkDevices.open(List.of(args[0]), DpdkOptions.defaults()).getFirst()) {
      awaitLink(device, true);
      set(args[1], "down");
      awaitLink(device, false);
      set(args[1], "up");
      awaitLink(device, true);
    }
    System.out.println("up, down, up");
  }

  /** The kernel notices within a second or so; the test's own patience bounds the wait. */
  private static void awaitLink(NicDevice device, boolean up) throws InterruptedException {
    while (device.linkUp() != up) {
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static void set(String name, String state) throws IOException, InterruptedException {
    int status = new ProcessBuilder("ip", "link", "set", name, state).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException("ip link set " + name + " " + state + ": status " + status);
    }
  }
}
