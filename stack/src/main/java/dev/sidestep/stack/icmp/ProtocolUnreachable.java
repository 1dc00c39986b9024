package dev.sidestep.stack.icmp;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.TransportInput;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IcmpHeader;

/**
 * Receives packets of transport protocols that nothing here handles, and says so to their sender
 * (RFC 1122 §3.2.2.1).
 */
public final class ProtocolUnreachable implements TransportInput {

  private final IcmpOutput output;
  private final ShardCounters counters;

  /** Answers through {@code output}. */
  public ProtocolUnreachable(IcmpOutput output, ShardCounters counters) {
    this.output = output;
    this.counters = counters;
  }

  @Override
  public void receive(PacketBuffer packet, IpPacket ip, long nowNanos) {
    counters.drop(DropReason.IP_UNKNOWN_PROTOCOL);
    output.sendDestinationUnreachable(IcmpHeader.PROTOCOL_UNREACHABLE, packet, ip, nowNanos);
  }
}
