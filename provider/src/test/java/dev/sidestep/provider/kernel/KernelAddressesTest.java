package dev.sidestep.provider.kernel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** The kernel's interfaces, of which the loopback is one everywhere. */
final class KernelAddressesTest {

  private static InetAddress address(int... octets) throws IOException {
    byte[] bytes = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bytes[i] = (byte) octets[i];
    }
    return InetAddress.getByAddress(bytes);
  }

  @Test
  void anInterfaceHasItsAddressAndReachesItsNetwork() throws IOException {
    assertTrue(KernelAddresses.contains(address(127, 0, 0, 1)));
    assertFalse(KernelAddresses.contains(address(127, 5, 6, 7)));
    assertTrue(KernelAddresses.reachesDirectly(address(127, 5, 6, 7)));
    assertFalse(KernelAddresses.reachesDirectly(address(203, 0, 113, 77)));
    assertFalse(KernelAddresses.reachesDirectly(address(126, 255, 255, 255)));
  }
}
