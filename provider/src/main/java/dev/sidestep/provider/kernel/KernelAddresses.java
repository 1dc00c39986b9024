package dev.sidestep.provider.kernel;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The addresses of the kernel's own interfaces. Asking the kernel takes longer than a connect on
 * the stack, so an answer is used again for a second. Any thread.
 */
public final class KernelAddresses {

  private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Snapshot(Set<InetAddress> addresses, long takenNanos) {}

  private static volatile Snapshot latest =
      new Snapshot(Set.of(), System.nanoTime() - 2 * MAX_AGE_NANOS);

  private KernelAddresses() {}

  /** Whether {@code address} belongs to an interface of the kernel. */
  public static boolean contains(InetAddress address) {
    Snapshot snapshot = latest;
    if (System.nanoTime() - snapshot.takenNanos() > MAX_AGE_NANOS) {
      snapshot = new Snapshot(take(), System.nanoTime());
      latest = snapshot;
    }
    return snapshot.addresses().contains(address);
  }

  private static Set<InetAddress> take() {
    Set<InetAddress> addresses = new HashSet<>();
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .forEach(addresses::add);
    } catch (SocketException e) {
      // No interface can be listed: then none has an address that matters.
      return addresses;
    }
    return addresses;
  }
}
