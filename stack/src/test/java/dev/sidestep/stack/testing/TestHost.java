package dev.sidestep.stack.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.engine.NetInterface;
import dev.sidestep.stack.icmp.IcmpErrors;
import dev.sidestep.stack.icmp.IcmpInput;
import dev.sidestep.stack.icmp.IcmpOutput;
import dev.sidestep.stack.icmp.ProtocolUnreachable;
import dev.sidestep.stack.ip.IpInterface;
import dev.sidestep.stack.ip.LocalAddresses;
import dev.sidestep.stack.ip.RouteTable;
import dev.sidestep.stack.ip.Routes;
import dev.sidestep.stack.ip.TransportInputs;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.IpProtocol;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The layers below the transports, wired as an engine wires them, on a device made of lists: host
 * 10.0.0.1/24 with gateway 10.0.0.254, and a loopback interface with 127.0.0.1/8.
 */
public final class TestHost {

  public static final long MAC = 0x0200_0000_0001L;
  public static final long PEER_MAC = 0x0200_0000_0002L;
  public static final int IP = Frames.ip("10.0.0.1");
  public static final int PEER_IP = Frames.ip("10.0.0.2");
  public static final int GATEWAY_IP = Frames.ip("10.0.0.254");
  public static final int MTU_BYTES = 1500;

  public final ShardCounters counters = new ShardCounters();
  public final RecordingNic nic = new RecordingNic(MAC, MTU_BYTES);
  public final IcmpErrors icmpErrors = new IcmpErrors();
  public final TransportInputs transports = new TransportInputs(counters);
  public final NetInterface ethernet;
  public final NetInterface loopback;
  public final Routes routes;
  public final IcmpOutput icmpOutput;
  public long nowNanos = 1_000_000_000L;

  /** Wires the layers. */
  public TestHost() {
    var onEthernet = new InterfaceAddress(IpAddress.ofV4(IP), 24);
    var onLoopback = new InterfaceAddress(IpAddress.ofV4(Frames.ip("127.0.0.1")), 8);
    var local = new LocalAddresses(List.of(onEthernet, onLoopback));
    var ethernetIp = new IpInterface(nic, List.of(onEthernet), 0);
    var loopbackIp = new IpInterface(new LoopbackDevice(16), List.of(onLoopback), 0);
    ethernet = netInterface(ethernetIp, local);
    loopback = netInterface(loopbackIp, local);
    var table = new RouteTable(List.of(loopbackIp, ethernetIp), IpAddress.ofV4(GATEWAY_IP), local);
    routes = new Routes(table, List.of(loopback.ipv4(), ethernet.ipv4()));
    icmpOutput = new IcmpOutput(routes, counters);
    transports.registerUnknown(new ProtocolUnreachable(icmpOutput, counters));
    transports.register(IpProtocol.ICMP, new IcmpInput(icmpOutput, icmpErrors, counters));
  }

  private NetInterface netInterface(IpInterface ip, LocalAddresses local) {
    NicQueue queue = ip.device().queue(0);
    return new NetInterface(ip, queue, local, transports, icmpErrors, counters);
  }

  /** What the poll loop does with one frame that arrived; returns what was sent meanwhile. */
  public List<byte[]> receive(byte[] frame) {
    PacketBuffer buffer = nic.bufferOf(frame);
    ethernet.input().receive(buffer, nowNanos);
    buffer.free();
    return poll();
  }

  /** Receives an IPv4 packet from the peer. */
  public List<byte[]> receiveIpv4(byte[] packet) {
    return receive(Frames.ethernet(MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, packet));
  }

  /** Receives an ARP packet from the peer, sent to us alone. */
  public List<byte[]> receiveArp(byte[] packet) {
    return receive(Frames.ethernet(MAC, PEER_MAC, EthernetHeader.TYPE_ARP, packet));
  }

  /** Lets the neighbour table know the peer, as the peer's own ARP request would. */
  public void introducePeer() {
    receiveArp(Frames.arp(ArpHeader.REQUEST, PEER_MAC, PEER_IP, 0, IP));
  }

  /** Runs what is due and takes what was sent. */
  public List<byte[]> poll() {
    ethernet.runTimers(nowNanos);
    ethernet.flush();
    return nic.takeTransmitted();
  }

  /** Moves the clock on and polls. */
  public List<byte[]> pollAfter(long nanos) {
    nowNanos += nanos;
    return poll();
  }

  /** Counts of all drop reasons that are not zero. */
  public Map<DropReason, Long> drops() {
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      if (counters.dropped(reason) != 0) {
        drops.put(reason, counters.dropped(reason));
      }
    }
    return drops;
  }

  /** Receives a frame that must be dropped, counted once, not answered, and not leak. */
  public void assertDropped(String what, DropReason reason, byte[] frame) {
    Map<DropReason, Long> expected = drops();
    expected.merge(reason, 1L, Long::sum);
    int inUse = nic.buffersInUse();
    List<byte[]> sent = receive(frame);
    assertEquals(expected, drops(), what);
    assertEquals(0, sent.size(), what + ": answered");
    assertEquals(inUse, nic.buffersInUse(), what + ": buffer leaked");
  }
}
