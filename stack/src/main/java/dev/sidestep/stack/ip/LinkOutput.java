package dev.sidestep.stack.ip;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.neighbor.Neighbor;
import dev.sidestep.stack.neighbor.NeighborTable;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * How one shard's packets of one IP version leave through an interface: where their buffers come
 * from, and how to reach a station on the link.
 *
 * <p>Threads: the shard's owner.
 */
public final class LinkOutput {

  private final PacketPool pool;
  private final EthernetOutput output;
  private final NeighborTable neighbors;
  private final ShardCounters counters;
  private final boolean fillsChecksums;
  private final int mtuBytes;
  private final @Nullable Neighbor onlyNeighbor;

  /**
   * Makes the output of a shard through an interface.
   *
   * @param pool where packets to send come from
   * @param output where they leave
   * @param neighbors finds out to which station
   */
  public LinkOutput(
      IpInterface through,
      PacketPool pool,
      EthernetOutput output,
      NeighborTable neighbors,
      ShardCounters counters) {
    this.pool = pool;
    this.output = output;
    this.neighbors = neighbors;
    this.counters = counters;
    this.fillsChecksums = through.capabilities().fillsChecksums();
    this.mtuBytes = Math.min(through.mtuBytes(), pool.dataRoomBytes());
    this.onlyNeighbor =
        through.capabilities().resolvesNeighbors()
            ? null
            : Neighbor.permanent(through.device().macAddress());
  }

  /** Whether checksums of transmitted packets may be left zero. */
  boolean fillsChecksums() {
    return fillsChecksums;
  }

  /** Largest IP packet to send, in bytes. */
  int mtuBytes() {
    return mtuBytes;
  }

  /** An empty buffer to send, or {@code null} while the pool or the transmit ring is exhausted. */
  @Nullable PacketBuffer allocate() {
    return output.isCongested() || !pool.hasSpare() ? null : pool.allocate();
  }

  /** The same from the reserves. */
  @Nullable PacketBuffer allocateControl() {
    return output.isFull() ? null : pool.allocate();
  }

  /** The neighbour at an address of this link, if it is known. */
  @Nullable Neighbor knownNeighbor(long addressHigh, long addressLow) {
    return onlyNeighbor != null ? onlyNeighbor : neighbors.find(addressHigh, addressLow);
  }

  /** Whether too many packets wait for the MAC address of {@code neighbor} already. */
  boolean isCongested(Neighbor neighbor) {
    return neighbors.isCongested(neighbor);
  }

  /** The neighbour at an address of this link; {@code null} when the table is full. */
  @Nullable Neighbor neighbor(long addressHigh, long addressLow, long nowNanos) {
    return onlyNeighbor != null
        ? onlyNeighbor
        : neighbors.findOrAdd(addressHigh, addressLow, nowNanos);
  }

  /** Sends a packet that starts at its IP header to a neighbour of this link. Takes it over. */
  void send(PacketBuffer packet, Neighbor neighbor, long nowNanos) {
    neighbors.send(packet, neighbor, nowNanos);
  }

  /** Frees a packet that cannot be sent. */
  void drop(PacketBuffer packet, DropReason reason) {
    counters.drop(reason);
    packet.free();
  }
}
