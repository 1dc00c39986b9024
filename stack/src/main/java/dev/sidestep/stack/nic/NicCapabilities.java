package dev.sidestep.stack.nic;

/**
 * What a device can do for the stack.
 *
 * @param mtuBytes largest IP packet the device carries, Ethernet header not counted
 * @param verifiesChecksums received frames need no software check of IP and transport checksums,
 *     because the device did it or because nothing can corrupt them on the way (loopback)
 * @param fillsChecksums the device fills in IP and transport checksums of transmitted frames, or
 *     the receiver does not look at them (loopback)
 * @param resolvesNeighbors false where the other end needs no ARP: frames reach the one peer
 *     whatever their MAC addresses
 * @param receivesUnfinished received frames can be such as a kernel hands them on within a host:
 *     the transport checksum only begun (Linux: CHECKSUM_PARTIAL) and several segments in one frame
 *     larger than the MTU (GSO), because its own devices would finish them
 */
public record NicCapabilities(
    int mtuBytes,
    boolean verifiesChecksums,
    boolean fillsChecksums,
    boolean resolvesNeighbors,
    boolean receivesUnfinished) {

  /** Capabilities of a device that receives finished frames. */
  public NicCapabilities(
      int mtuBytes, boolean verifiesChecksums, boolean fillsChecksums, boolean resolvesNeighbors) {
    this(mtuBytes, verifiesChecksums, fillsChecksums, resolvesNeighbors, false);
  }
}
