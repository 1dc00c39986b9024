package dev.sidestep.stack.engine;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetInput;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.ip.IpInterface;
import dev.sidestep.stack.ip.Ipv4Input;
import dev.sidestep.stack.ip.LinkOutput;
import dev.sidestep.stack.ip.LocalAddresses;
import dev.sidestep.stack.ip.TransportInputs;
import dev.sidestep.stack.neighbor.ArpInput;
import dev.sidestep.stack.neighbor.ArpOutput;
import dev.sidestep.stack.neighbor.NeighborTable;
import dev.sidestep.stack.neighbor.UnreachableListener;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.Ipv4Header;

/**
 * One network interface as one shard has it (Linux: net_device): a queue pair of a device with the
 * layers from Ethernet to IP wired around it.
 *
 * <p>The poll loop takes frames from {@link #queue()}, passes each to {@link #input()}, frees it,
 * and at the end calls {@link #runTimers} and {@link #flush}.
 *
 * <p>Threads: the shard's owner.
 */
public final class NetInterface {

  private final NicDevice device;
  private final NicCapabilities capabilities;
  private final NicQueue queue;
  private final EthernetInput input;
  private final EthernetOutput output;
  private final ArpOutput arpOutput;
  private final NeighborTable neighbors;
  private final LinkOutput ipv4;

  /**
   * Wires the interface's layers.
   *
   * @param queue the queue pair of the interface's device that belongs to this shard
   * @param local the addresses of all interfaces
   * @param transports where received packets go
   * @param unreachableListener hears of packets whose next hop did not answer
   */
  public NetInterface(
      IpInterface ip,
      NicQueue queue,
      LocalAddresses local,
      TransportInputs transports,
      UnreachableListener unreachableListener,
      ShardCounters counters) {
    this.device = ip.device();
    this.capabilities = ip.capabilities();
    this.queue = queue;
    long mac = device.macAddress();
    this.output = new EthernetOutput(queue, mac, counters);
    this.arpOutput = new ArpOutput(output, queue.pool(), mac, ip.addresses(), counters);
    this.neighbors =
        new NeighborTable(
            EthernetHeader.TYPE_IPV4, output, arpOutput, unreachableListener, counters);
    this.ipv4 = new LinkOutput(ip, queue.pool(), output, neighbors, counters);
    this.input =
        new EthernetInput(
            mac, !capabilities.resolvesNeighbors(), largestPayload(capabilities), counters);
    input.register(
        EthernetHeader.TYPE_IPV4,
        new Ipv4Input(local, ip.isLoopback(), capabilities, transports, counters));
    input.register(
        EthernetHeader.TYPE_ARP, new ArpInput(neighbors, arpOutput, ip.addresses(), counters));
  }

  private static int largestPayload(NicCapabilities device) {
    return device.receivesUnfinished() ? Ipv4Header.MAX_PACKET_BYTES : device.mtuBytes();
  }

  /** The device below. */
  NicDevice device() {
    return device;
  }

  /** The queue pair frames come from and go to. */
  public NicQueue queue() {
    return queue;
  }

  /** Where received frames go. */
  public EthernetInput input() {
    return input;
  }

  /** What IPv4's routes lead to. */
  public LinkOutput ipv4() {
    return ipv4;
  }

  /** Who is where on the link. */
  public NeighborTable neighbors() {
    return neighbors;
  }

  /** Tells the link about our addresses. Called when the link comes up. */
  public void announce() {
    if (capabilities.resolvesNeighbors()) {
      arpOutput.announce();
    }
  }

  /** Forgets who is on the link. Called when the link goes down. */
  void forgetNeighbors() {
    neighbors.forgetResolved();
  }

  /** Drops the frames that wait for the device. Called while the link stays down. */
  void discardBacklog() {
    output.discard(DropReason.LINK_DOWN);
  }

  /** When {@link #runTimers} has something to do; {@link Long#MAX_VALUE} for never. */
  long nextDeadlineNanos() {
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

  /** Goes from polling to interrupts, if nothing waits to be received or sent. */
  boolean enableInterrupt() {
    return isIdle() && queue.enableRxInterrupt();
  }

  /** Whether nothing waits that only a poll would move on. */
  boolean isIdle() {
    return output.backlogFrames() == 0 && !queue.needsPolling();
  }

  /** Frees what waits inside, when the device is about to be closed. */
  void discard() {
    neighbors.discard();
    output.discard(DropReason.TX_RING_FULL);
  }
}
