package dev.sidestep.provider.kernel;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The addresses of the kernel's own interfaces. Asking the kernel takes longer than a connect on
 * the stack, so an answer is used again for a second. Any thread.
 */
public final class KernelAddresses {

  private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Snapshot(List<InterfaceAddress> addresses, long takenNanos) {}

  private static volatile Snapshot latest =
      new Snapshot(List.of(), System.nanoTime() - 2 * MAX_AGE_NANOS);

  private KernelAddresses() {}

  /** Whether {@code address} belongs to an interface of the kernel. */
  public static boolean contains(InetAddress address) {
    for (InterfaceAddress own : latest()) {
      if (own.getAddress().equals(address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code address} is on the network of an interface of the kernel. */
  public static boolean reachesDirectly(InetAddress address) {
    for (InterfaceAddress own : latest()) {
      if (isOnNetwork(address.getAddress(), own)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOnNetwork(byte[] address, InterfaceAddress own) {
    byte[] network = own.getAddress().getAddress();
    int prefixBits = own.getNetworkPrefixLength();
    if (address.length != network.length) {
      return false;
    }
    for (int bit = 0; bit < prefixBits; bit++) {
      int difference = address[bit / Byte.SIZE] ^ network[bit / Byte.SIZE];
      if ((difference & (0x80 >>> (bit % Byte.SIZE))) != 0) {
        return false;
      }
    }
    return true;
  }

  private static List<InterfaceAddress> latest() {
    Snapshot snapshot = latest;
    if (System.nanoTime() - snapshot.takenNanos() > MAX_AGE_NANOS) {
      snapshot = new Snapshot(take(), System.nanoTime());
      latest = snapshot;
    }
    return snapshot.addresses();
  }

  private static List<InterfaceAddress> take() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(each -> each.getInterfaceAddresses().stream())
          .toList();
    } catch (SocketException e) {
      // No interface can be listed: then none has an address that matters.
      return List.of();
    }
  }
}
