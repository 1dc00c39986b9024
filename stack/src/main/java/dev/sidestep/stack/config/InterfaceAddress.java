package dev.sidestep.stack.config;

import dev.sidestep.stack.wire.IpAddress;

/**
 * An address of one of our interfaces with the length of its network's prefix, as in {@code
 * 192.0.2.1/24}.
 *
 * @param address the interface's own address
 * @param prefixLength leading bits that name the network, 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record InterfaceAddress(IpAddress address, int prefixLength) {

  private static final int BITS_V4 = 32;
  private static final int BITS_V6 = 128;

  /** The network of one address alone. */
  public static InterfaceAddress ofHost(IpAddress address) {
    return new InterfaceAddress(address, address.isV4() ? BITS_V4 : BITS_V6);
  }

  /** Whether {@code other} lies in this address's network. */
  public boolean networkContains(IpAddress other) {
    return networkContains(other.high(), other.low());
  }

  /** The same of the address that these halves make up. */
  public boolean networkContains(long otherHigh, long otherLow) {
    if (address.isV4() != IpAddress.isV4(otherHigh, otherLow)) {
      return false;
    }
    int bits = address.isV4() ? prefixLength + BITS_V6 - BITS_V4 : prefixLength;
    return matches(address.high(), otherHigh, Math.min(bits, 64))
        && matches(address.low(), otherLow, Math.max(bits - 64, 0));
  }

  private static boolean matches(long a, long b, int bits) {
    return bits == 0 || (a ^ b) >>> (64 - bits) == 0;
  }

  @Override
  public String toString() {
    return address + "/" + prefixLength;
  }
}
