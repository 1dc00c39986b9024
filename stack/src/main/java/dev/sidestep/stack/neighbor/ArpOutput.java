package dev.sidestep.stack.neighbor;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.MacAddress;
import java.util.List;

/**
 * Sends the ARP packets of one interface (RFC 826; Linux: arp_send).
 *
 * <p>Threads: the shard's owner.
 */
public final class ArpOutput implements NeighborSolicitor {

  private final EthernetOutput output;
  private final PacketPool pool;
  private final long macAddress;
  private final List<InterfaceAddress> addresses;
  private final ShardCounters counters;

  /**
   * Makes the ARP output of one interface.
   *
   * @param addresses the interface's own, the first being its main one
   */
  public ArpOutput(
      EthernetOutput output,
      PacketPool pool,
      long macAddress,
      List<InterfaceAddress> addresses,
      ShardCounters counters) {
    this.output = output;
    this.pool = pool;
    this.macAddress = macAddress;
    this.addresses = List.copyOf(addresses);
    this.counters = counters;
  }

  @Override
  public void solicit(long addressHigh, long addressLow, long destinationMac) {
    IpAddress target = new IpAddress(addressHigh, addressLow);
    request(addressFor(target), target.v4(), destinationMac);
  }

  /**
   * Tells the link about our addresses, so that stale entries elsewhere are replaced (RFC 5227).
   */
  public void announce() {
    for (InterfaceAddress own : addresses) {
      if (own.address().isV4()) {
        request(own.address().v4(), own.address().v4(), MacAddress.BROADCAST);
      }
    }
  }

  /** The address the target is most likely to answer: of its own network, else the main one. */
  private int addressFor(IpAddress target) {
    int main = 0;
    for (InterfaceAddress own : addresses) {
      if (own.networkContains(target)) {
        return own.address().v4();
      }
      main = main == 0 && own.address().isV4() ? own.address().v4() : main;
    }
    return main;
  }

  private void request(int senderIp, int targetIp, long destinationMac) {
    if (send(ArpHeader.REQUEST, senderIp, MacAddress.NONE, targetIp, destinationMac)) {
      counters.increment(Counter.ARP_REQUESTS_SENT);
    }
  }

  /** Answers that {@code ownIp} is at our MAC address. */
  void reply(int ownIp, long askerMac, int askerIp) {
    if (send(ArpHeader.REPLY, ownIp, askerMac, askerIp, askerMac)) {
      counters.increment(Counter.ARP_REPLIES_SENT);
    }
  }

  private boolean send(
      int operation, int senderIp, long targetMac, int targetIp, long destinationMac) {
    PacketBuffer packet = pool.allocate();
    if (packet == null) {
      counters.drop(DropReason.POOL_EMPTY);
      return false;
    }
    int at = packet.append(ArpHeader.LENGTH_BYTES);
    ArpHeader.write(packet.memory(), at, operation, macAddress, senderIp, targetMac, targetIp);
    output.send(packet, destinationMac, EthernetHeader.TYPE_ARP);
    return true;
  }
}
