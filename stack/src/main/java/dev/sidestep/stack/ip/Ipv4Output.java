package dev.sidestep.stack.ip;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.Ipv4Header;
import org.jspecify.annotations.Nullable;

/**
 * Sends IPv4 packets (Linux: ip_queue_xmit). With the route at hand this pushes one header, writes
 * it and passes the packet on: no lookup, no allocation.
 *
 * <p>Threads: the shard's owner.
 */
public final class Ipv4Output implements IpOutput {

  /** RFC 1700's default, and Linux's. */
  private static final int TIME_TO_LIVE = 64;

  /**
   * A packet that cannot be fragmented needs no identification (RFC 6864 §4.1); a constant leaks
   * nothing about other traffic. Linux does so where a packet belongs to no connected socket.
   */
  private static final int IDENTIFICATION = 0;

  private final RouteTable routes;
  private final ShardCounters counters;

  /** Makes the shard's output over its routes. */
  public Ipv4Output(RouteTable routes, ShardCounters counters) {
    this.routes = routes;
    this.counters = counters;
  }

  @Override
  public @Nullable Route route(IpAddress destination) {
    return routes.find(destination);
  }

  @Override
  public @Nullable Route answerRoute(long destinationHigh, long destinationLow) {
    return routes.findForAnswer(destinationHigh, destinationLow);
  }

  @Override
  public @Nullable PacketBuffer allocate(Route route) {
    return ((IpRoute) route).allocate();
  }

  @Override
  public @Nullable PacketBuffer allocateControl(Route route) {
    return ((IpRoute) route).allocateControl();
  }

  @Override
  public void send(
      PacketBuffer packet,
      Route route,
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int protocol,
      int trafficClass,
      long nowNanos) {
    int totalLength = packet.length() + Ipv4Header.MIN_LENGTH_BYTES;
    if (totalLength > route.mtuBytes()) {
      drop(packet, DropReason.IP_PACKET_TOO_BIG);
      return;
    }
    int offset = packet.push(Ipv4Header.MIN_LENGTH_BYTES);
    Ipv4Header.write(
        packet.memory(),
        offset,
        trafficClass,
        totalLength,
        IDENTIFICATION,
        Ipv4Header.DONT_FRAGMENT,
        TIME_TO_LIVE,
        protocol,
        (int) sourceLow,
        (int) destinationLow);
    if (!((IpRoute) route).transmit(packet, nowNanos)) {
      drop(packet, DropReason.NEIGHBOR_QUEUE_FULL);
    }
  }

  private void drop(PacketBuffer packet, DropReason reason) {
    counters.drop(reason);
    packet.free();
  }
}
