package dev.sidestep.stack.ip;

import static dev.sidestep.stack.testing.TestHost.IP;
import static dev.sidestep.stack.testing.TestHost.MAC;
import static dev.sidestep.stack.testing.TestHost.PEER_IP;
import static dev.sidestep.stack.testing.TestHost.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.TestHost;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.MacAddress;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4InputTest {

  private static final int PROTOCOL = 6;
  private static final byte[] PAYLOAD = {1, 2, 3, 4, 5};

  private final TestHost host = new TestHost();
  private int delivered;
  private byte[] deliveredPayload = {};
  private boolean deliveredToMany;
  private long deliveredFrom;

  Ipv4InputTest() {
    host.transports.register(PROTOCOL, this::deliver);
  }

  private void deliver(PacketBuffer packet, IpPacket ip, long nowNanos) {
    delivered++;
    deliveredToMany = ip.toMany;
    deliveredFrom = ip.sourceLow;
    deliveredPayload =
        packet.memory().asSlice(ip.payloadOffset, ip.payloadLength).toArray(ValueLayout.JAVA_BYTE);
    assertEquals(PROTOCOL, ip.protocol);
    assertEquals(64, ip.hopLimit);
    assertFalse(ip.checksumsVerified);
  }

  private static byte[] packet() {
    return Frames.ipv4(PROTOCOL, PEER_IP, IP, PAYLOAD);
  }

  private static byte[] framed(byte[] packet) {
    return Frames.ethernet(MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, packet);
  }

  private void assertDropped(String what, DropReason reason, byte[] packet) {
    host.assertDropped(what, reason, framed(packet));
    assertEquals(0, delivered, what);
  }

  @Test
  void deliversWhatIsForUs() {
    host.receiveIpv4(packet());
    assertEquals(1, delivered);
    assertEquals(IpAddress.v4Low(PEER_IP), deliveredFrom);
    assertEquals(List.of(), host.poll());
    assertFalse(deliveredToMany);
    assertTrue(Arrays.equals(PAYLOAD, deliveredPayload));
  }

  @Test
  void neverDeliversEthernetPadding() {
    byte[] padded = Arrays.copyOf(packet(), 46);
    host.receiveIpv4(padded);
    assertTrue(Arrays.equals(PAYLOAD, deliveredPayload));
  }

  @Test
  void skipsOptionsItDoesNotKnow() {
    byte[] plain = packet();
    byte[] withOptions = new byte[plain.length + 4];
    System.arraycopy(plain, 0, withOptions, 0, 20);
    System.arraycopy(Frames.hex("94040000"), 0, withOptions, 20, 4);
    System.arraycopy(PAYLOAD, 0, withOptions, 24, PAYLOAD.length);
    withOptions[0] = 0x46;
    withOptions[3] = (byte) withOptions.length;
    host.receiveIpv4(Frames.fixIpv4Checksum(withOptions, 0));
    assertTrue(Arrays.equals(PAYLOAD, deliveredPayload));
  }

  @Test
  void refusesSourceRoutes() {
    byte[] packet = Arrays.copyOf(packet(), 28);
    System.arraycopy(Frames.hex("8307040a0000fe00"), 0, packet, 20, 8);
    packet[0] = 0x47;
    packet[3] = 28;
    assertDropped(
        "loose source route", DropReason.IP_SOURCE_ROUTE, Frames.fixIpv4Checksum(packet, 0));
  }

  @Test
  void everyFlippedBitOfTheHeaderIsNoticed() {
    for (int bit = 0; bit < 20 * 8; bit++) {
      byte[] packet = packet();
      packet[bit / 8] ^= (byte) (0x80 >>> (bit % 8));
      long before = host.counters.dropped(DropReason.IP_CHECKSUM);
      long malformed = host.counters.dropped(DropReason.IP_MALFORMED);
      assertEquals(List.of(), host.receiveIpv4(packet));
      long dropped =
          host.counters.dropped(DropReason.IP_CHECKSUM)
              + host.counters.dropped(DropReason.IP_MALFORMED);
      assertEquals(before + malformed + 1, dropped, "bit " + bit);
    }
    assertEquals(0, delivered);
    assertEquals(0, host.nic.buffersInUse());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "version 0,                      0, 05",
    "version 6,                      0, 65",
    "header length 0,                0, 40",
    "header length 16,               0, 44",
    "header longer than the packet,  0, 4f",
    "total length 0,                 2, 0000",
    "total length 19,                2, 0013",
    "total length beyond the frame,  2, 001a",
    "total length 65535,             2, ffff",
  })
  void dropsImpossibleLengths(String what, int at, String bytes) {
    byte[] packet = packet();
    byte[] change = Frames.hex(bytes);
    System.arraycopy(change, 0, packet, at, change.length);
    assertDropped(what, DropReason.IP_MALFORMED, Frames.fixIpv4Checksum(packet, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.255.255.255",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "10.0.0.255",
        "10.0.0.1", // our own: the LAND attack
      })
  void dropsWhatNoHostMaySend(String source) {
    byte[] packet = Frames.ipv4(PROTOCOL, Frames.ip(source), IP, PAYLOAD);
    assertDropped(source, DropReason.IP_BAD_SOURCE, packet);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.3", "192.0.2.1", "127.0.0.1", "224.0.0.1", "0.0.0.0"})
  void dropsWhatIsNotForUs(String destination) {
    byte[] packet = Frames.ipv4(PROTOCOL, PEER_IP, Frames.ip(destination), PAYLOAD);
    assertDropped(destination, DropReason.IP_NOT_LOCAL, packet);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.255", "255.255.255.255"})
  void tellsTransportsOfBroadcasts(String destination) {
    host.receiveIpv4(Frames.ipv4(PROTOCOL, PEER_IP, Frames.ip(destination), PAYLOAD));
    assertEquals(1, delivered);
    assertTrue(deliveredToMany);
  }

  @Test
  void tellsTransportsOfLinkLayerBroadcasts() {
    host.receive(
        Frames.ethernet(MacAddress.BROADCAST, PEER_MAC, EthernetHeader.TYPE_IPV4, packet()));
    assertTrue(deliveredToMany);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "first fragment,         2000",
    "middle fragment,        2001",
    "last fragment,          0001",
    "last possible fragment, 1fff",
    "don't-fragment too,     6000",
  })
  void dropsFragments(String what, String flagsAndOffset) {
    byte[] packet = packet();
    System.arraycopy(Frames.hex(flagsAndOffset), 0, packet, 6, 2);
    assertDropped(what, DropReason.IP_FRAGMENT, Frames.fixIpv4Checksum(packet, 0));
  }
}
