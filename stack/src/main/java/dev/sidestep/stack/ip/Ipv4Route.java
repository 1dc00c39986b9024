package dev.sidestep.stack.ip;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.Ipv4Header;

/**
 * A way that IPv4 packets take (Linux: ip_queue_xmit). To send one this pushes one header, writes
 * it and passes the packet on: no lookup, no allocation.
 *
 * <p>Threads: the shard's owner.
 */
final class Ipv4Route extends Route {

  /** RFC 1700's default, and Linux's. */
  private static final int TIME_TO_LIVE = 64;

  /**
   * A packet that cannot be fragmented needs no identification (RFC 6864 §4.1); a constant leaks
   * nothing about other traffic. Linux does so where a packet belongs to no connected socket.
   */
  private static final int IDENTIFICATION = 0;

  /** EMTU_R of RFC 1122 §3.3.2. */
  private static final int UNIVERSAL_MTU_BYTES = 576;

  /** Linux: ip_rt_min_pmtu. */
  private static final int LEAST_MTU_BYTES = 552;

  Ipv4Route(LinkOutput link, long nextHopHigh, long nextHopLow, IpAddress source) {
    super(link, nextHopHigh, nextHopLow, source);
  }

  @Override
  public int headerBytes() {
    return Ipv4Header.MIN_LENGTH_BYTES;
  }

  @Override
  public int universalMtuBytes() {
    return UNIVERSAL_MTU_BYTES;
  }

  @Override
  public int leastMtuBytes() {
    return LEAST_MTU_BYTES;
  }

  @Override
  void pushHeader(
      PacketBuffer packet,
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int protocol,
      int trafficClass) {
    int offset = packet.push(Ipv4Header.MIN_LENGTH_BYTES);
    Ipv4Header.write(
        packet.memory(),
        offset,
        trafficClass,
        packet.length(),
        IDENTIFICATION,
        Ipv4Header.DONT_FRAGMENT,
        TIME_TO_LIVE,
        protocol,
        (int) sourceLow,
        (int) destinationLow);
  }
}
