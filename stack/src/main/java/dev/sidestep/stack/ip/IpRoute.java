package dev.sidestep.stack.ip;

import dev.sidestep.stack.neighbor.Neighbor;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A way out: the interface, the next hop on its link and, once something was sent, the next hop's
 * neighbour entry.
 */
final class IpRoute implements Route {

  private final IpInterface out;
  private long nextHopHigh;
  private long nextHopLow;
  private final IpAddress source;
  private final boolean fillsChecksums;
  private @Nullable Neighbor neighbor;

  IpRoute(IpInterface out, IpAddress nextHop, IpAddress source) {
    this.out = out;
    this.nextHopHigh = nextHop.high();
    this.nextHopLow = nextHop.low();
    this.source = source;
    this.fillsChecksums = out.fillsChecksums();
  }

  /** Makes this the way to another station of the same link. */
  void leadTo(long addressHigh, long addressLow) {
    nextHopHigh = addressHigh;
    nextHopLow = addressLow;
    neighbor = null;
  }

  /** Interfaces and routes stay as configured, and a lost neighbour is looked up again. */
  @Override
  public boolean isValid() {
    return true;
  }

  @Override
  public int mtuBytes() {
    return out.mtuBytes();
  }

  @Override
  public IpAddress sourceAddress() {
    return source;
  }

  @Override
  public boolean fillsChecksums() {
    return fillsChecksums;
  }

  @Override
  public void confirmReachable(long nowNanos) {
    if (neighbor != null) {
      neighbor.confirm(nowNanos);
    }
  }

  /** A buffer, or null if there is none or no room where a packet this way would have to wait. */
  @Nullable PacketBuffer allocate() {
    return isCongested() ? null : out.allocate();
  }

  /** The same from the reserves of pool and ring. */
  @Nullable PacketBuffer allocateControl() {
    return isCongested() ? null : out.allocateControl();
  }

  private boolean isCongested() {
    Neighbor to = neighbor == null ? out.knownNeighbor(nextHopHigh, nextHopLow) : neighbor;
    return to != null && out.isCongested(to);
  }

  /**
   * Sends a packet that starts at its IP header.
   *
   * @return whether it was taken over; if not, the neighbour table is full
   */
  boolean transmit(PacketBuffer packet, long nowNanos) {
    Neighbor to = neighbor;
    if (to == null || to.isRemoved()) {
      to = out.neighbor(nextHopHigh, nextHopLow, nowNanos);
      neighbor = to;
      if (to == null) {
        return false;
      }
    }
    out.send(packet, to, nowNanos);
    return true;
  }
}
