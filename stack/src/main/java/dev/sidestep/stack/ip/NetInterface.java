package dev.sidestep.stack.ip;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetInput;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.neighbor.ArpInput;
import dev.sidestep.stack.neighbor.ArpOutput;
import dev.sidestep.stack.neighbor.Neighbor;
import dev.sidestep.stack.neighbor.NeighborTable;
import dev.sidestep.stack.neighbor.UnreachableListener;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One network interface as one shard has it (Linux: net_device with its in_device): a queue pair of
 * a device, the addresses on it, and the layers from Ethernet to IP around it.
 *
 * <p>The poll loop takes frames from {@link #queue()}, passes each to {@link #receive}, frees it,
 * and at the end calls {@link #runTimers} and {@link #flush}.
 *
 * <p>Threads: the shard's owner.
 */
public final class NetInterface {

  private final NicDevice device;
  private final NicQueue queue;
  private final List<InterfaceAddress> addresses;
  private final int mtuBytes;
  private final EthernetInput input;
  private final EthernetOutput output;
  private final ArpOutput arpOutput;
  private final NeighborTable neighbors;
  private final @Nullable Neighbor onlyNeighbor;

  /**
   * Builds the interface's layers.
   *
   * @param queueIndex the queue pair of {@code device} that belongs to this shard
   * @param addresses the interface's own
   * @param mtuBytes largest IP packet to send, or 0 for the device's own limit
   * @param local the addresses of all interfaces
   * @param transports where received packets go
   * @param unreachableListener hears of packets whose next hop did not answer
   */
  public NetInterface(
      NicDevice device,
      int queueIndex,
      List<InterfaceAddress> addresses,
      int mtuBytes,
      LocalAddresses local,
      TransportInputs transports,
      UnreachableListener unreachableListener,
      ShardCounters counters) {
    NicCapabilities capabilities = device.capabilities();
    int deviceMtu = capabilities.mtuBytes();
    long mac = device.macAddress();
    boolean resolves = capabilities.resolvesNeighbors();
    this.device = device;
    this.queue = device.queue(queueIndex);
    this.addresses = List.copyOf(addresses);
    this.mtuBytes = largestPacket(mtuBytes, deviceMtu, queue.pool());
    this.output = new EthernetOutput(queue, mac, counters);
    this.arpOutput = new ArpOutput(output, queue.pool(), mac, addresses, counters);
    this.neighbors = new NeighborTable(output, arpOutput, unreachableListener, counters);
    this.onlyNeighbor = resolves ? null : Neighbor.permanent(mac);
    ArpInput arp = new ArpInput(neighbors, arpOutput, addresses, counters);
    Ipv4Input ipv4 = new Ipv4Input(local, isLoopback(), capabilities, transports, counters);
    this.input = new EthernetInput(mac, !resolves, deviceMtu, arp, ipv4, counters);
  }

  private static int largestPacket(int configured, int deviceMtu, PacketPool pool) {
    int allowed = configured == 0 ? deviceMtu : Math.min(configured, deviceMtu);
    return Math.min(allowed, pool.dataRoomBytes());
  }

  /** The name messages and statistics call it by. */
  public String name() {
    return device.name();
  }

  /** The device below. */
  public NicDevice device() {
    return device;
  }

  /** The queue pair frames come from and go to. */
  public NicQueue queue() {
    return queue;
  }

  /** The interface's own addresses. */
  public List<InterfaceAddress> addresses() {
    return addresses;
  }

  /** Largest IP packet to send, in bytes. */
  public int mtuBytes() {
    return mtuBytes;
  }

  /** Whether it leads back to ourselves. */
  public boolean isLoopback() {
    return device.isLoopback();
  }

  /** Who is where on the link; for statistics and tests. */
  public NeighborTable neighbors() {
    return neighbors;
  }

  /** Handles one received frame. Borrows it: the caller frees it afterwards. Never throws. */
  public void receive(PacketBuffer frame, long nowNanos) {
    input.receive(frame, nowNanos);
  }

  /** Tells the link about our addresses. Called when the link comes up. */
  public void announce() {
    if (onlyNeighbor == null) {
      arpOutput.announce();
    }
  }

  /** When {@link #runTimers} has something to do; {@link Long#MAX_VALUE} for never. */
  public long nextDeadlineNanos() {
    return neighbors.nextDeadlineNanos();
  }

  /** Does what is due. */
  public void runTimers(long nowNanos) {
    neighbors.runTimers(nowNanos);
  }

  /** Hands the device what has gathered; runs at the end of each poll. */
  public void flush() {
    output.flush();
  }

  /** Whether frames wait because the device did not take them yet. */
  public boolean hasBacklog() {
    return output.backlogFrames() > 0;
  }

  /** Frees what waits inside, when the device is about to be closed. */
  public void discard() {
    neighbors.discard();
    output.discard();
  }

  /** An empty buffer to send, or {@code null} while the pool or the transmit ring is exhausted. */
  @Nullable PacketBuffer allocate() {
    return output.isCongested() ? null : queue.pool().allocate();
  }

  boolean fillsChecksums() {
    return device.capabilities().fillsChecksums();
  }

  /** The neighbour at an address of this link; {@code null} when the table is full. */
  @Nullable Neighbor neighbor(long addressHigh, long addressLow, long nowNanos) {
    return onlyNeighbor != null
        ? onlyNeighbor
        : neighbors.findOrAdd(addressHigh, addressLow, nowNanos);
  }
}
