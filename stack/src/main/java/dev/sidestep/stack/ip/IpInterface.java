package dev.sidestep.stack.ip;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.neighbor.Neighbor;
import dev.sidestep.stack.neighbor.NeighborTable;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What IP knows of one network interface (Linux: in_device): its addresses, the largest packet it
 * sends, and how to reach a station on its link.
 *
 * <p>Threads: the shard's owner.
 */
public final class IpInterface {

  private final List<InterfaceAddress> addresses;
  private final boolean loopback;
  private final boolean fillsChecksums;
  private final int mtuBytes;
  private final PacketPool pool;
  private final EthernetOutput output;
  private final NeighborTable neighbors;
  private final @Nullable Neighbor onlyNeighbor;

  /**
   * Makes the IP side of an interface.
   *
   * @param addresses the interface's own
   * @param mtuBytes largest IP packet to send, or 0 for the device's own limit
   * @param pool where packets to send come from
   * @param output where they leave
   * @param neighbors finds out to which station
   */
  public IpInterface(
      NicDevice device,
      List<InterfaceAddress> addresses,
      int mtuBytes,
      PacketPool pool,
      EthernetOutput output,
      NeighborTable neighbors) {
    NicCapabilities capabilities = device.capabilities();
    this.addresses = List.copyOf(addresses);
    this.loopback = device.isLoopback();
    this.fillsChecksums = capabilities.fillsChecksums();
    this.mtuBytes = largestPacket(mtuBytes, capabilities.mtuBytes(), pool);
    this.pool = pool;
    this.output = output;
    this.neighbors = neighbors;
    this.onlyNeighbor =
        capabilities.resolvesNeighbors() ? null : Neighbor.permanent(device.macAddress());
  }

  private static int largestPacket(int configured, int deviceMtu, PacketPool pool) {
    int allowed = configured == 0 ? deviceMtu : Math.min(configured, deviceMtu);
    return Math.min(allowed, pool.dataRoomBytes());
  }

  /** The interface's own addresses. */
  List<InterfaceAddress> addresses() {
    return addresses;
  }

  /** Whether it leads back to ourselves. */
  boolean isLoopback() {
    return loopback;
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
}
