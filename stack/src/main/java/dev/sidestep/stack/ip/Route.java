package dev.sidestep.stack.ip;

import dev.sidestep.stack.neighbor.Neighbor;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The way to one destination (Linux: dst_entry), kept by each connection so that sending needs no
 * lookup: the interface, the next hop on its link and, once something was sent, the next hop's
 * neighbour entry. Which version of IP it speaks is its own affair: it writes the header.
 *
 * <p>Interfaces and routes stay as configured, and a lost neighbour is looked up again: a route
 * stays valid.
 *
 * <p>Threads: the shard's owner.
 */
public abstract sealed class Route permits Ipv4Route {

  private final LinkOutput link;
  private final IpAddress source;
  private final boolean fillsChecksums;
  private long nextHopHigh;
  private long nextHopLow;
  private @Nullable Neighbor neighbor;

  Route(LinkOutput link, long nextHopHigh, long nextHopLow, IpAddress source) {
    this.link = link;
    this.nextHopHigh = nextHopHigh;
    this.nextHopLow = nextHopLow;
    this.source = source;
    this.fillsChecksums = link.fillsChecksums();
  }

  /** Makes this the way to another station of the same link. */
  final void leadTo(long addressHigh, long addressLow) {
    nextHopHigh = addressHigh;
    nextHopLow = addressLow;
    neighbor = null;
  }

  /** Bytes of the IP header that {@link #send} puts in front. */
  public abstract int headerBytes();

  /** The largest packet that every host takes, in bytes, whatever it has told us. */
  public abstract int universalMtuBytes();

  /** The smallest path MTU to believe, in bytes, when a router names one. */
  public abstract int leastMtuBytes();

  /** Puts the IP header in front of what is to be sent. */
  abstract void pushHeader(
      PacketBuffer packet,
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int protocol,
      int trafficClass);

  /** Largest IP packet this way, in bytes. */
  public final int mtuBytes() {
    return link.mtuBytes();
  }

  /** The address we send from on this way. */
  public final IpAddress sourceAddress() {
    return source;
  }

  /** Whether checksums of transmitted packets may be left zero (device offload or loopback). */
  public final boolean fillsChecksums() {
    return fillsChecksums;
  }

  /**
   * Hears from the layer above that the neighbour answers, for instance by acknowledging new data
   * (RFC 4861 §7.3.1 forward progress), so that it is not probed needlessly.
   */
  public final void confirmReachable(long nowNanos) {
    if (neighbor != null) {
      neighbor.confirm(nowNanos);
    }
  }

  /**
   * An empty buffer of the route's device, to be filled from its offset with the transport header
   * and payload; link and IP headers fit in its headroom.
   *
   * @return the buffer, or {@code null} when the pool is empty, the device has no room, or too many
   *     packets wait for the next hop's address: that is no loss, try again at a later poll
   */
  public final @Nullable PacketBuffer allocate() {
    return isCongested() ? null : link.allocate();
  }

  /**
   * The same for what carries nothing and keeps a peer informed, such as an ACK or RST: there is a
   * reserve of buffers and of room for these.
   */
  public final @Nullable PacketBuffer allocateControl() {
    return isCongested() ? null : link.allocateControl();
  }

  private boolean isCongested() {
    Neighbor to = neighbor == null ? link.knownNeighbor(nextHopHigh, nextHopLow) : neighbor;
    return to != null && link.isCongested(to);
  }

  /**
   * Sends what {@code packet} holds (transport header and payload, checksum filled in unless {@link
   * #fillsChecksums()}) as one IP packet. Takes the buffer over, whatever happens to it. It leaves
   * with the tx burst at the end of the poll at the latest.
   *
   * @param trafficClass the type of service octet
   */
  public final void send(
      PacketBuffer packet,
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int protocol,
      int trafficClass,
      long nowNanos) {
    if (packet.length() + headerBytes() > link.mtuBytes()) {
      link.drop(packet, DropReason.IP_PACKET_TOO_BIG);
      return;
    }
    pushHeader(
        packet, sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, trafficClass);
    transmit(packet, nowNanos);
  }

  private void transmit(PacketBuffer packet, long nowNanos) {
    Neighbor to = neighbor;
    if (to == null || to.isRemoved()) {
      to = link.neighbor(nextHopHigh, nextHopLow, nowNanos);
      neighbor = to;
    }
    if (to == null) {
      link.drop(packet, DropReason.NEIGHBOR_QUEUE_FULL);
    } else {
      link.send(packet, to, nowNanos);
    }
  }
}
