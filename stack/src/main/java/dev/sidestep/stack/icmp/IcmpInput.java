package dev.sidestep.stack.icmp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.TransportInput;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IcmpHeader;
import java.lang.foreign.MemorySegment;

/**
 * Receives ICMP messages (RFC 1122 §3.2.2; Linux: icmp_rcv): answers pings, passes errors on, and
 * ignores the rest: redirects, because a forged one would reroute us; source quench, because RFC
 * 6633 says so; timestamps and address masks, because nobody needs them.
 *
 * <p>Threads: the shard's owner.
 */
public final class IcmpInput implements TransportInput {

  /** Highest code of destination unreachable (RFC 1812 §5.2.7.1; Linux: NR_ICMP_UNREACH). */
  private static final int MAX_UNREACHABLE_CODE = 15;

  private final IcmpOutput output;
  private final IcmpErrors errors;
  private final ShardCounters counters;

  /** Makes the shard's ICMP input. */
  public IcmpInput(IcmpOutput output, IcmpErrors errors, ShardCounters counters) {
    this.output = output;
    this.errors = errors;
    this.counters = counters;
  }

  @Override
  public void receive(PacketBuffer packet, IpPacket ip, long nowNanos) {
    DropReason verdict = handle(packet, ip, nowNanos);
    if (verdict != DropReason.NONE) {
      counters.drop(verdict);
    }
  }

  private DropReason handle(PacketBuffer packet, IpPacket ip, long nowNanos) {
    MemorySegment memory = packet.memory();
    int offset = ip.payloadOffset;
    DropReason verdict = IcmpHeader.validate(memory, offset, ip.payloadLength);
    if (verdict != DropReason.NONE) {
      return verdict;
    }
    // Devices verify TCP and UDP checksums, never ICMP's.
    if (!IcmpHeader.hasValidChecksum(memory, offset, ip.payloadLength)) {
      return DropReason.ICMP_CHECKSUM;
    }
    // RFC 1122 §3.2.2.6 allows to ignore pings of everybody, and so do we: no amplification.
    if (ip.toMany) {
      return DropReason.ICMP_IGNORED;
    }
    return switch (IcmpHeader.type(memory, offset)) {
      case IcmpHeader.ECHO_REQUEST -> output.sendEchoReply(packet, ip, nowNanos);
      case IcmpHeader.DESTINATION_UNREACHABLE,
          IcmpHeader.TIME_EXCEEDED,
          IcmpHeader.PARAMETER_PROBLEM ->
          receiveError(memory, ip, nowNanos);
      default -> DropReason.ICMP_IGNORED;
    };
  }

  private DropReason receiveError(MemorySegment memory, IpPacket ip, long nowNanos) {
    int offset = ip.payloadOffset;
    int type = IcmpHeader.type(memory, offset);
    int code = IcmpHeader.code(memory, offset);
    boolean unreachable = type == IcmpHeader.DESTINATION_UNREACHABLE;
    if (unreachable && code > MAX_UNREACHABLE_CODE) {
      return DropReason.ICMP_MALFORMED;
    }
    boolean tooBig = unreachable && code == IcmpHeader.FRAGMENTATION_NEEDED;
    DropReason verdict =
        errors.deliver(
            type,
            code,
            tooBig ? IcmpHeader.nextHopMtu(memory, offset) : 0,
            memory,
            offset + IcmpHeader.LENGTH_BYTES,
            ip.payloadLength - IcmpHeader.LENGTH_BYTES,
            nowNanos);
    if (verdict == DropReason.NONE) {
      counters.increment(Counter.ICMP_ERRORS_RECEIVED);
    }
    return verdict;
  }
}
