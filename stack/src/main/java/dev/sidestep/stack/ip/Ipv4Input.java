package dev.sidestep.stack.ip;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetPayloadInput;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;

/**
 * Receives the IPv4 packets of one interface (RFC 1122 §3.2; Linux: ip_rcv, ip_route_input and
 * ip_local_deliver). We are a host: what is not for us is dropped, never forwarded.
 *
 * <p>Threads: the shard's owner.
 */
public final class Ipv4Input implements EthernetPayloadInput {

  private final LocalAddresses local;
  private final boolean loopback;
  private final boolean checksumsVerified;
  private final boolean receivesUnfinished;
  private final TransportInputs transports;
  private final ShardCounters counters;
  private final IpPacket ip = new IpPacket();

  /**
   * Makes the input of one interface.
   *
   * @param loopback whether the interface leads back to ourselves, so that packets come from our
   *     own addresses
   */
  public Ipv4Input(
      LocalAddresses local,
      boolean loopback,
      NicCapabilities device,
      TransportInputs transports,
      ShardCounters counters) {
    this.local = local;
    this.loopback = loopback;
    this.checksumsVerified = device.verifiesChecksums();
    this.receivesUnfinished = device.receivesUnfinished();
    this.transports = transports;
    this.counters = counters;
  }

  @Override
  public void receive(PacketBuffer packet, boolean toGroup, long nowNanos) {
    DropReason verdict = accept(packet, toGroup);
    if (verdict != DropReason.NONE) {
      counters.drop(verdict);
      return;
    }
    transports.get(ip.protocol).receive(packet, ip, nowNanos);
  }

  private DropReason accept(PacketBuffer packet, boolean toGroup) {
    MemorySegment memory = packet.memory();
    int offset = packet.offset();
    DropReason verdict = Ipv4Header.validate(memory, offset, packet.length());
    if (verdict != DropReason.NONE) {
      return verdict;
    }
    if (!checksumsVerified && !Ipv4Header.hasValidChecksum(memory, offset)) {
      return DropReason.IP_CHECKSUM;
    }
    if (!mayBeSource(Ipv4Header.source(memory, offset))) {
      return DropReason.IP_BAD_SOURCE;
    }
    int destination = Ipv4Header.destination(memory, offset);
    boolean broadcast = local.isBroadcast(destination);
    if (!broadcast && !isOurs(destination)) {
      return DropReason.IP_NOT_LOCAL;
    }
    if (Ipv4Header.headerLength(memory, offset) > Ipv4Header.MIN_LENGTH_BYTES) {
      verdict = Ipv4Header.validateOptions(memory, offset);
      if (verdict != DropReason.NONE) {
        return verdict;
      }
    }
    if (Ipv4Header.isFragment(memory, offset)) {
      return DropReason.IP_FRAGMENT;
    }
    packet.trim(Ipv4Header.totalLength(memory, offset));
    describe(packet, toGroup || broadcast);
    return DropReason.NONE;
  }

  /**
   * RFC 1122 §3.2.1.3: a source is one host. Our own address as the source of what a wire delivers
   * is forged (the LAND attack), and so is the loopback network.
   */
  private boolean mayBeSource(int source) {
    if (LocalAddresses.isMulticast(source)
        || LocalAddresses.isThisNetwork(source)
        || local.isBroadcast(source)) {
      return false;
    }
    return loopback || !(LocalAddresses.isLoopback(source) || local.isOwn(source));
  }

  private boolean isOurs(int destination) {
    return local.isOwn(destination) && (loopback || !LocalAddresses.isLoopback(destination));
  }

  private void describe(PacketBuffer packet, boolean toMany) {
    MemorySegment memory = packet.memory();
    int offset = packet.offset();
    int headerBytes = Ipv4Header.headerLength(memory, offset);
    ip.sourceHigh = 0;
    ip.sourceLow = IpAddress.v4Low(Ipv4Header.source(memory, offset));
    ip.destinationHigh = 0;
    ip.destinationLow = IpAddress.v4Low(Ipv4Header.destination(memory, offset));
    ip.protocol = Ipv4Header.protocol(memory, offset);
    ip.hopLimit = Ipv4Header.timeToLive(memory, offset);
    ip.trafficClass = Ipv4Header.typeOfService(memory, offset);
    ip.headerOffset = offset;
    ip.payloadOffset = offset + headerBytes;
    ip.payloadLength = packet.length() - headerBytes;
    ip.toMany = toMany;
    ip.checksumsVerified = checksumsVerified;
    ip.checksumMayBeBegun = receivesUnfinished;
  }
}
