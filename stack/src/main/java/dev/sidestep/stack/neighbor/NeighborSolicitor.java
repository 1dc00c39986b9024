package dev.sidestep.stack.neighbor;

/** Asks the link for the MAC address that belongs to an IP address: ARP for IPv4. */
@FunctionalInterface
public interface NeighborSolicitor {

  /**
   * Sends one question.
   *
   * @param addressHigh address to resolve, both halves; see {@link
   *     dev.sidestep.stack.wire.IpAddress}
   * @param destinationMac the neighbour's presumed MAC address, or the broadcast address
   */
  void solicit(long addressHigh, long addressLow, long destinationMac);
}
