package dev.sidestep.stack.icmp;

import dev.sidestep.stack.neighbor.UnreachableListener;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IcmpHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.Ipv4Header;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Passes errors about packets of ours to the transport protocol that sent them (Linux:
 * icmp_socket_deliver). A next hop that does not answer ARP is reported the same way, as host
 * unreachable (RFC 1122 §2.4).
 *
 * <p>Threads: the shard's owner.
 */
public final class IcmpErrors implements UnreachableListener {

  private static final int PROTOCOLS = 256;

  /** Bytes of the transport header every router quotes (RFC 792). */
  private static final int QUOTED_TRANSPORT_BYTES = 8;

  private final @Nullable IcmpErrorListener[] byProtocol = new IcmpErrorListener[PROTOCOLS];
  private final IcmpError error = new IcmpError();

  /** Says who hears of errors about packets of {@code protocol}. */
  public void register(int protocol, IcmpErrorListener listener) {
    byProtocol[protocol] = listener;
  }

  @Override
  public void neighborUnreachable(PacketBuffer packet, long nowNanos) {
    deliver(
        IcmpHeader.DESTINATION_UNREACHABLE,
        IcmpHeader.HOST_UNREACHABLE,
        0,
        packet.memory(),
        packet.offset(),
        packet.length(),
        nowNanos);
  }

  /**
   * Passes on one error.
   *
   * @param quotedOffset where the packet it is about starts, IP header first
   * @param quotedBytes how much of that packet there is; the rest was cut off
   * @return {@link DropReason#NONE} if somebody heard it
   */
  DropReason deliver(
      int type,
      int code,
      int nextHopMtuBytes,
      MemorySegment memory,
      int quotedOffset,
      int quotedBytes,
      long nowNanos) {
    DropReason verdict =
        Ipv4Header.validateQuoted(memory, quotedOffset, quotedBytes, QUOTED_TRANSPORT_BYTES);
    if (verdict != DropReason.NONE) {
      return DropReason.ICMP_MALFORMED;
    }
    IcmpErrorListener listener = byProtocol[Ipv4Header.protocol(memory, quotedOffset)];
    if (listener == null || Ipv4Header.fragmentOffsetBytes(memory, quotedOffset) != 0) {
      return DropReason.ICMP_IGNORED;
    }
    error.meaning = IcmpMeaning.of(type, code);
    error.hard = IcmpMeaning.isHard(type, code);
    error.nextHopMtuBytes = nextHopMtuBytes;
    describeQuoted(memory, quotedOffset);
    listener.icmpError(error, nowNanos);
    return DropReason.NONE;
  }

  private void describeQuoted(MemorySegment memory, int quotedOffset) {
    int transport = quotedOffset + Ipv4Header.headerLength(memory, quotedOffset);
    error.protocol = Ipv4Header.protocol(memory, quotedOffset);
    error.localHigh = 0;
    error.localLow = IpAddress.v4Low(Ipv4Header.source(memory, quotedOffset));
    error.remoteHigh = 0;
    error.remoteLow = IpAddress.v4Low(Ipv4Header.destination(memory, quotedOffset));
    error.localPort = TcpHeader.sourcePort(memory, transport);
    error.remotePort = TcpHeader.destinationPort(memory, transport);
    error.seq = TcpHeader.seq(memory, transport);
  }
}
