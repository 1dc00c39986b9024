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
 */
public record NicCapabilities(
    int mtuBytes, boolean verifiesChecksums, boolean fillsChecksums, boolean resolvesNeighbors) {}
