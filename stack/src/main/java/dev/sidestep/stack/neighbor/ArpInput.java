package dev.sidestep.stack.neighbor;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetPayloadInput;
import dev.sidestep.stack.neighbor.Neighbor.State;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.IpAddress;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Handles the ARP packets of one interface (RFC 826; Linux: arp_process).
 *
 * <p>What may create an entry is only a request for one of our addresses from a station of our own
 * network, because an answer to it follows anyway. A reply that nothing asked for creates none, and
 * nobody can claim one of our addresses.
 *
 * <p>Threads: the shard's owner.
 */
public final class ArpInput implements EthernetPayloadInput {

  private final NeighborTable table;
  private final ArpOutput output;
  private final List<InterfaceAddress> addresses;
  private final ShardCounters counters;

  /**
   * Makes the ARP input of one interface.
   *
   * @param addresses the interface's own
   */
  public ArpInput(
      NeighborTable table,
      ArpOutput output,
      List<InterfaceAddress> addresses,
      ShardCounters counters) {
    this.table = table;
    this.output = output;
    this.addresses = List.copyOf(addresses);
    this.counters = counters;
  }

  @Override
  public void receive(PacketBuffer packet, boolean toGroup, long nowNanos) {
    MemorySegment memory = packet.memory();
    int offset = packet.offset();
    DropReason verdict = ArpHeader.validate(memory, offset, packet.length());
    if (verdict == DropReason.NONE) {
      verdict = checkSender(ArpHeader.senderIp(memory, offset));
    }
    if (verdict == DropReason.NONE) {
      boolean request = ArpHeader.operation(memory, offset) == ArpHeader.REQUEST;
      verdict =
          request
              ? receiveRequest(memory, offset, nowNanos)
              : receiveReply(memory, offset, toGroup, nowNanos);
    }
    if (verdict != DropReason.NONE) {
      counters.drop(verdict);
    }
  }

  private DropReason checkSender(int senderIp) {
    if (isOurs(senderIp)) {
      return DropReason.ARP_OWN_ADDRESS;
    }
    int firstOctet = senderIp >>> 24;
    boolean impossible = firstOctet == 127 || firstOctet >= 224;
    return impossible ? DropReason.ARP_MALFORMED : DropReason.NONE;
  }

  private DropReason receiveRequest(MemorySegment memory, int offset, long nowNanos) {
    int senderIp = ArpHeader.senderIp(memory, offset);
    long senderMac = ArpHeader.senderMac(memory, offset);
    int targetIp = ArpHeader.targetIp(memory, offset);
    boolean forUs = isOurs(targetIp);
    Neighbor neighbor = senderOf(senderIp, forUs, nowNanos);
    if (neighbor != null) {
      table.learn(neighbor, senderMac, false, nowNanos);
    }
    if (forUs) {
      output.reply(targetIp, senderMac, senderIp);
    }
    return DropReason.NONE;
  }

  /** The sender's entry; made only if the request is for us. */
  private @Nullable Neighbor senderOf(int senderIp, boolean forUs, long nowNanos) {
    long low = IpAddress.v4Low(senderIp);
    boolean mayAdd = forUs && isOnLink(senderIp);
    return mayAdd ? table.findOrAdd(0, low, nowNanos) : table.find(0, low);
  }

  private DropReason receiveReply(
      MemorySegment memory, int offset, boolean toGroup, long nowNanos) {
    int senderIp = ArpHeader.senderIp(memory, offset);
    Neighbor neighbor = table.find(0, IpAddress.v4Low(senderIp));
    if (neighbor == null || neighbor.state == State.UNRESOLVED) {
      return DropReason.ARP_UNSOLICITED;
    }
    boolean asked = neighbor.state == State.INCOMPLETE || neighbor.state == State.PROBE;
    table.learn(neighbor, ArpHeader.senderMac(memory, offset), asked && !toGroup, nowNanos);
    return DropReason.NONE;
  }

  private boolean isOurs(int ip) {
    for (int i = 0; i < addresses.size(); i++) {
      IpAddress own = addresses.get(i).address();
      if (own.isV4() && own.v4() == ip) {
        return true;
      }
    }
    return false;
  }

  /** Not so for 0.0.0.0, the sender of a probe (RFC 5227 §1.1). */
  private boolean isOnLink(int ip) {
    IpAddress address = IpAddress.ofV4(ip);
    for (int i = 0; ip != 0 && i < addresses.size(); i++) {
      if (addresses.get(i).networkContains(address)) {
        return true;
      }
    }
    return false;
  }
}
