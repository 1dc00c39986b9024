package dev.sidestep.stack.neighbor;

import static dev.sidestep.stack.testing.TestHost.GATEWAY_IP;
import static dev.sidestep.stack.testing.TestHost.IP;
import static dev.sidestep.stack.testing.TestHost.MAC;
import static dev.sidestep.stack.testing.TestHost.PEER_IP;
import static dev.sidestep.stack.testing.TestHost.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sidestep.stack.neighbor.Neighbor.State;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.TestHost;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.MacAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ArpTest {

  private static final long OTHER_MAC = 0x0200_0000_0666L;

  private final TestHost host = new TestHost();

  private @Nullable Neighbor entry(int ip) {
    return host.ethernet.neighbors().find(0, IpAddress.v4Low(ip));
  }

  private static byte[] arpFrame(long destination, byte[] packet) {
    return Frames.ethernet(destination, MAC, EthernetHeader.TYPE_ARP, packet);
  }

  private static byte[] fromPeer(long destination, byte[] packet) {
    return Frames.ethernet(destination, PEER_MAC, EthernetHeader.TYPE_ARP, packet);
  }

  @Test
  void answersARequestForOurAddressAndRemembersWhoAsked() {
    List<byte[]> sent = host.receiveArp(Frames.arp(ArpHeader.REQUEST, PEER_MAC, PEER_IP, 0, IP));
    assertEquals(1, sent.size());
    byte[] reply = Frames.arp(ArpHeader.REPLY, MAC, IP, PEER_MAC, PEER_IP);
    assertArrayEquals(arpFrame(PEER_MAC, reply), sent.getFirst());
    Neighbor peer = present(entry(PEER_IP));
    assertEquals(State.STALE, peer.state());
    assertEquals(PEER_MAC, peer.mac());
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new AssertionError("no entry");
    }
    return value;
  }

  @Test
  void answersAProbeWithoutMakingAnEntry() {
    List<byte[]> sent = host.receiveArp(Frames.arp(ArpHeader.REQUEST, PEER_MAC, 0, 0, IP));
    assertEquals(1, sent.size());
    assertEquals(0, host.ethernet.neighbors().size());
  }

  @Test
  void doesNotAnswerForOthers() {
    byte[] request = Frames.arp(ArpHeader.REQUEST, PEER_MAC, PEER_IP, 0, GATEWAY_IP);
    assertEquals(List.of(), host.receive(fromPeer(MacAddress.BROADCAST, request)));
    assertNull(entry(PEER_IP));
  }

  @Test
  void anUnsolicitedReplyMakesNoEntry() {
    byte[] reply = Frames.arp(ArpHeader.REPLY, PEER_MAC, PEER_IP, MAC, IP);
    host.assertDropped("reply", DropReason.ARP_UNSOLICITED, fromPeer(MAC, reply));
    byte[] gratuitous = Frames.arp(ArpHeader.REPLY, PEER_MAC, PEER_IP, PEER_MAC, PEER_IP);
    host.assertDropped(
        "gratuitous reply", DropReason.ARP_UNSOLICITED, fromPeer(MacAddress.BROADCAST, gratuitous));
    assertEquals(0, host.ethernet.neighbors().size());
  }

  @Test
  void nobodyClaimsOurAddress() {
    byte[] reply = Frames.arp(ArpHeader.REPLY, PEER_MAC, IP, MAC, IP);
    host.assertDropped("reply", DropReason.ARP_OWN_ADDRESS, fromPeer(MAC, reply));
    byte[] announcement = Frames.arp(ArpHeader.REQUEST, PEER_MAC, IP, 0, IP);
    host.assertDropped(
        "announcement", DropReason.ARP_OWN_ADDRESS, fromPeer(MacAddress.BROADCAST, announcement));
    assertNull(entry(IP));
  }

  @Test
  void dropsMalformedPackets() {
    byte[] good = Frames.arp(ArpHeader.REQUEST, PEER_MAC, PEER_IP, 0, IP);
    for (int at = 0; at < 6; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      host.assertDropped("octet " + at, DropReason.ARP_MALFORMED, fromPeer(MAC, bad));
    }
    byte[] fromMulticast = Frames.arp(ArpHeader.REQUEST, PEER_MAC, Frames.ip("224.0.0.1"), 0, IP);
    host.assertDropped("multicast sender", DropReason.ARP_MALFORMED, fromPeer(MAC, fromMulticast));
  }

  @Test
  void strangersToOurNetworkAreAnsweredButNotRemembered() {
    int stranger = Frames.ip("172.16.0.9");
    List<byte[]> sent = host.receiveArp(Frames.arp(ArpHeader.REQUEST, PEER_MAC, stranger, 0, IP));
    assertEquals(1, sent.size());
    assertNull(entry(stranger));
  }

  @Test
  void aFloodOfSpoofedSendersStaysWithinTheTable() {
    for (int i = 0; i < 100_000; i++) {
      int spoofed = Frames.ip("10.0.0.0") | (2 + (i % 252));
      byte[] request = Frames.arp(ArpHeader.REQUEST, PEER_MAC + i, spoofed, 0, IP);
      host.receiveArp(request);
    }
    assertEquals(252, host.ethernet.neighbors().size());
    assertEquals(0, host.nic.buffersInUse());
  }

  @Test
  void aNewMacReplacesTheOldOneOnlyAfterAMoment() {
    host.introducePeer();
    byte[] moved = Frames.arp(ArpHeader.REQUEST, OTHER_MAC, PEER_IP, 0, IP);
    host.receiveArp(moved);
    assertEquals(PEER_MAC, present(entry(PEER_IP)).mac());
    host.nowNanos += NeighborTable.LOCK_NANOS;
    host.receiveArp(moved);
    assertEquals(OTHER_MAC, present(entry(PEER_IP)).mac());
    assertEquals(1, host.ethernet.neighbors().size());
  }

  @Test
  void announcesOurAddress() {
    host.ethernet.announce();
    List<byte[]> sent = host.poll();
    byte[] announcement = Frames.arp(ArpHeader.REQUEST, MAC, IP, 0, IP);
    assertArrayEquals(arpFrame(MacAddress.BROADCAST, announcement), sent.getFirst());
  }

  @Test
  void loopbackAnnouncesNothing() {
    host.loopback.announce();
    host.loopback.flush();
    assertEquals(0, host.loopback.queue().rxBurst(new PacketBuffer[4]));
  }
}
