package dev.sidestep.stack.icmp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.ip.Routes;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IcmpHeader;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;

/**
 * Sends ICMP messages (RFC 792, RFC 1122 §3.2.2; Linux: icmp_send and icmp_reply).
 *
 * <p>Threads: the shard's owner.
 */
public final class IcmpOutput {

  /** An error is at most this long, IP header included (RFC 1812 §4.3.2.3). */
  private static final int MAX_ERROR_PACKET_BYTES = 576;

  private static final int MAX_QUOTED_BYTES =
      MAX_ERROR_PACKET_BYTES - Ipv4Header.MIN_LENGTH_BYTES - IcmpHeader.LENGTH_BYTES;

  /** The type of service octet without the ECN bits. */
  private static final int DSCP_MASK = 0xfc;

  private final Routes routes;
  private final ShardCounters counters;
  private final IcmpRateLimit rateLimit = new IcmpRateLimit();

  /** Makes the shard's ICMP output. */
  public IcmpOutput(Routes routes, ShardCounters counters) {
    this.routes = routes;
    this.counters = counters;
  }

  /**
   * Tells the sender of {@code packet} that it cannot be delivered, unless RFC 1122 §3.2.2 forbids:
   * there is no error about an error, about a packet to many, or about a fragment other than the
   * first (which never gets here).
   *
   * @param packet the packet as received; borrowed
   * @param code one of {@link IcmpHeader}'s codes of destination unreachable
   */
  public void sendDestinationUnreachable(
      int code, PacketBuffer packet, IpPacket ip, long nowNanos) {
    if (ip.toMany || isIcmpError(packet.memory(), ip)) {
      return;
    }
    if (!rateLimit.tryTake(nowNanos)) {
      counters.drop(DropReason.ICMP_RATE_LIMITED);
      return;
    }
    int packetBytes = ip.payloadOffset - ip.headerOffset + ip.payloadLength;
    int quotedBytes = Math.min(packetBytes, MAX_QUOTED_BYTES);
    DropReason verdict =
        send(
            IcmpHeader.DESTINATION_UNREACHABLE,
            code,
            0,
            packet.memory(),
            ip.headerOffset,
            quotedBytes,
            ip,
            nowNanos);
    if (verdict == DropReason.NONE) {
      counters.increment(Counter.ICMP_ERRORS_SENT);
    } else {
      counters.drop(verdict);
    }
  }

  private static boolean isIcmpError(MemorySegment memory, IpPacket ip) {
    if (ip.protocol != IpProtocol.ICMP) {
      return false;
    }
    // A message too short to tell counts as an error: silence is safe.
    int type = ip.payloadLength == 0 ? -1 : IcmpHeader.type(memory, ip.payloadOffset);
    return type != IcmpHeader.ECHO_REQUEST && type != IcmpHeader.ECHO_REPLY;
  }

  /** Answers a ping with its own data. Borrows {@code packet}. */
  DropReason sendEchoReply(PacketBuffer packet, IpPacket ip, long nowNanos) {
    MemorySegment memory = packet.memory();
    int dataOffset = ip.payloadOffset + IcmpHeader.LENGTH_BYTES;
    int dataBytes = ip.payloadLength - IcmpHeader.LENGTH_BYTES;
    int identifierAndSequence = IcmpHeader.restOfHeader(memory, ip.payloadOffset);
    DropReason verdict =
        send(
            IcmpHeader.ECHO_REPLY,
            0,
            identifierAndSequence,
            memory,
            dataOffset,
            dataBytes,
            ip,
            nowNanos);
    if (verdict == DropReason.NONE) {
      counters.increment(Counter.ICMP_ECHO_REPLIES_SENT);
    }
    return verdict;
  }

  /** Sends a message that carries a piece of the received packet {@code ip} back to its source. */
  private DropReason send(
      int type,
      int code,
      int restOfHeader,
      MemorySegment memory,
      int dataOffset,
      int dataBytes,
      IpPacket ip,
      long nowNanos) {
    Route route = routes.findForAnswer(ip.sourceHigh, ip.sourceLow);
    if (route == null) {
      return DropReason.IP_NO_ROUTE;
    }
    int messageBytes = IcmpHeader.LENGTH_BYTES + dataBytes;
    if (messageBytes + route.headerBytes() > route.mtuBytes()) {
      return DropReason.IP_PACKET_TOO_BIG;
    }
    PacketBuffer message = route.allocate();
    if (message == null) {
      return DropReason.POOL_EMPTY;
    }
    int at = message.append(messageBytes);
    MemorySegment.copy(
        memory, dataOffset, message.memory(), at + (long) IcmpHeader.LENGTH_BYTES, dataBytes);
    IcmpHeader.write(message.memory(), at, type, code, restOfHeader, messageBytes);
    route.send(
        message,
        /* sourceHigh= */ ip.destinationHigh,
        /* sourceLow= */ ip.destinationLow,
        /* destinationHigh= */ ip.sourceHigh,
        /* destinationLow= */ ip.sourceLow,
        IpProtocol.ICMP,
        ip.trafficClass & DSCP_MASK,
        nowNanos);
    return DropReason.NONE;
  }
}
