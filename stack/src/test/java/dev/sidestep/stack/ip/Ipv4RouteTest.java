package dev.sidestep.stack.ip;

import static dev.sidestep.stack.testing.TestHost.GATEWAY_IP;
import static dev.sidestep.stack.testing.TestHost.IP;
import static dev.sidestep.stack.testing.TestHost.MAC;
import static dev.sidestep.stack.testing.TestHost.PEER_IP;
import static dev.sidestep.stack.testing.TestHost.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.icmp.IcmpError;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.TestHost;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IcmpHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class Ipv4RouteTest {

  private static final int PROTOCOL = 6;
  private static final int FAR_IP = Frames.ip("192.0.2.7");
  private static final long SECOND = 1_000_000_000L;
  private static final byte[] PAYLOAD = Frames.hex("c350005001020304 0000000050020000 00000000");

  private final TestHost host = new TestHost();

  private Route route(int destination) {
    Route route = host.routes.find(IpAddress.ofV4(destination));
    if (route == null) {
      throw new AssertionError("no route");
    }
    return route;
  }

  private void send(Route route, int destination, byte[] payload) {
    PacketBuffer packet = route.allocate();
    if (packet == null) {
      throw new AssertionError("pool empty");
    }
    int at = packet.append(payload.length);
    MemorySegment.copy(payload, 0, packet.memory(), ValueLayout.JAVA_BYTE, at, payload.length);
    route.send(
        packet,
        0,
        route.sourceAddress().low(),
        0,
        IpAddress.v4Low(destination),
        PROTOCOL,
        0,
        host.nowNanos);
  }

  @Test
  void sendsToAKnownNeighbourAtOnce() {
    host.introducePeer();
    send(route(PEER_IP), PEER_IP, PAYLOAD);
    byte[] packet = Frames.ipv4(PROTOCOL, IP, PEER_IP, PAYLOAD);
    byte[] frame = Frames.ethernet(PEER_MAC, MAC, EthernetHeader.TYPE_IPV4, packet);
    assertArrayEquals(frame, host.poll().getFirst());
    assertEquals(0, host.nic.buffersInUse());
  }

  @Test
  void asksForTheGatewayAndSendsWhenItAnswers() {
    send(route(FAR_IP), FAR_IP, PAYLOAD);
    byte[] question = Frames.arp(ArpHeader.REQUEST, MAC, IP, 0, GATEWAY_IP);
    assertArrayEquals(
        Frames.ethernet(MacAddress.BROADCAST, MAC, EthernetHeader.TYPE_ARP, question),
        host.poll().getFirst());
    List<byte[]> sent = host.receiveArp(Frames.arp(ArpHeader.REPLY, PEER_MAC, GATEWAY_IP, MAC, IP));
    byte[] packet = Frames.ipv4(PROTOCOL, IP, FAR_IP, PAYLOAD);
    byte[] frame = Frames.ethernet(PEER_MAC, MAC, EthernetHeader.TYPE_IPV4, packet);
    assertEquals(1, sent.size());
    assertArrayEquals(frame, sent.getFirst());
    assertEquals(1, host.counters.get(Counter.ARP_REQUESTS_SENT));
  }

  @Test
  void aSilentNextHopIsReportedToTheTransportAsHostUnreachableAfterThreeSeconds() {
    List<String> heard = new ArrayList<>();
    host.icmpErrors.register(PROTOCOL, (error, now) -> heard.add(describe(error)));
    send(route(FAR_IP), FAR_IP, PAYLOAD);
    host.poll();
    host.pollAfter(SECOND);
    host.pollAfter(SECOND);
    assertEquals(List.of(), heard);
    host.pollAfter(SECOND);
    assertEquals(List.of("HOST_UNREACHABLE 10.0.0.1:50000 > 192.0.2.7:80 seq 01020304"), heard);
    assertEquals(1, host.counters.dropped(DropReason.NEIGHBOR_UNREACHABLE));
    assertEquals(0, host.counters.get(Counter.ICMP_ERRORS_RECEIVED));
    assertEquals(0, host.nic.buffersInUse());
  }

  private static String describe(IcmpError error) {
    return "%s %s:%d > %s:%d seq %08x"
        .formatted(
            error.meaning,
            new IpAddress(error.localHigh, error.localLow),
            error.localPort,
            new IpAddress(error.remoteHigh, error.remoteLow),
            error.remotePort,
            error.seq);
  }

  @Test
  void dropsWhatIsLargerThanTheMtu() {
    host.introducePeer();
    send(route(PEER_IP), PEER_IP, new byte[TestHost.MTU_BYTES - 20]);
    assertEquals(1, host.poll().size());
    send(route(PEER_IP), PEER_IP, new byte[TestHost.MTU_BYTES - 19]);
    assertEquals(List.of(), host.poll());
    assertEquals(1, host.counters.dropped(DropReason.IP_PACKET_TOO_BIG));
    assertEquals(0, host.nic.buffersInUse());
  }

  @Test
  void whatWeSendToOurselvesComesBackWithTheNextBurst() {
    List<Integer> lengths = new ArrayList<>();
    host.transports.register(PROTOCOL, (packet, ip, now) -> lengths.add(ip.payloadLength));
    send(route(IP), IP, PAYLOAD);
    assertEquals(List.of(), lengths);
    host.loopback.flush();
    PacketBuffer[] burst = new PacketBuffer[4];
    assertEquals(1, host.loopback.queue().rxBurst(burst));
    host.loopback.input().receive(burst[0], host.nowNanos);
    burst[0].free();
    assertEquals(List.of(PAYLOAD.length), lengths);
    assertEquals(16, host.loopback.queue().pool().availableBuffers());
  }

  @Test
  void errorsAboutUnknownProtocolsGoBackThroughTheSameRoute() {
    host.introducePeer();
    byte[] strange = Frames.ipv4(253, PEER_IP, IP, new byte[1000]);
    List<byte[]> sent = host.receiveIpv4(strange);
    assertEquals(1, sent.size());
    byte[] quoted = Arrays.copyOf(strange, 548);
    byte[] error =
        Frames.icmp(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.PROTOCOL_UNREACHABLE, 0, quoted);
    byte[] packet = Frames.ipv4(1, IP, PEER_IP, error);
    assertArrayEquals(
        Frames.ethernet(PEER_MAC, MAC, EthernetHeader.TYPE_IPV4, packet), sent.getFirst());
    assertEquals(1, host.counters.dropped(DropReason.IP_UNKNOWN_PROTOCOL));
  }
}
