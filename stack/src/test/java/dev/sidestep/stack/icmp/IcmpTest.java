package dev.sidestep.stack.icmp;

import static dev.sidestep.stack.testing.TestHost.IP;
import static dev.sidestep.stack.testing.TestHost.MAC;
import static dev.sidestep.stack.testing.TestHost.PEER_IP;
import static dev.sidestep.stack.testing.TestHost.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.TestHost;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IcmpHeader;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.MacAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcmpTest {

  private static final int ICMP = IpProtocol.ICMP;
  private static final int TCP = IpProtocol.TCP;

  /** What a router quotes of a segment of ours: ports 50000 and 80, sequence number 0x01020304. */
  private static final byte[] QUOTED =
      Frames.ipv4(TCP, IP, PEER_IP, Frames.hex("c350 0050 01020304"));

  private final TestHost host = new TestHost();
  private final List<String> heard = new ArrayList<>();

  @BeforeEach
  void listen() {
    host.introducePeer();
    host.icmpErrors.register(
        TCP,
        (error, now) ->
            heard.add(
                "%s%s mtu %d ports %d %d seq %08x"
                    .formatted(
                        error.meaning,
                        error.hard ? "!" : "",
                        error.nextHopMtuBytes,
                        error.localPort,
                        error.remotePort,
                        error.seq)));
  }

  private static byte[] fromPeer(byte[] message) {
    return Frames.ipv4(ICMP, PEER_IP, IP, message);
  }

  private static byte[] framed(byte[] packet) {
    return Frames.ethernet(MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, packet);
  }

  private void assertDropped(String what, DropReason reason, byte[] message) {
    host.assertDropped(what, reason, framed(fromPeer(message)));
    assertEquals(List.of(), heard, what);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 56, 1472})
  void answersAPingWithItsOwnData(int dataBytes) {
    byte[] data = new byte[dataBytes];
    Arrays.fill(data, (byte) 0x5a);
    byte[] ping = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 0x1234_0007, data);
    List<byte[]> sent = host.receiveIpv4(fromPeer(ping));
    byte[] pong = Frames.icmp(IcmpHeader.ECHO_REPLY, 0, 0x1234_0007, data);
    assertEquals(1, sent.size());
    assertArrayEquals(
        Frames.ethernet(
            PEER_MAC, MAC, EthernetHeader.TYPE_IPV4, Frames.ipv4(ICMP, IP, PEER_IP, pong)),
        sent.getFirst());
    assertEquals(1, host.counters.get(Counter.ICMP_ECHO_REPLIES_SENT));
    assertEquals(0, host.nic.buffersInUse());
  }

  @Test
  void doesNotAnswerPingsOfEverybody() {
    byte[] ping = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 1, new byte[8]);
    for (String destination : new String[] {"10.0.0.255", "255.255.255.255"}) {
      byte[] packet = Frames.ipv4(ICMP, PEER_IP, Frames.ip(destination), ping);
      host.assertDropped(destination, DropReason.ICMP_IGNORED, framed(packet));
    }
    host.assertDropped(
        "link-layer broadcast",
        DropReason.ICMP_IGNORED,
        Frames.ethernet(MacAddress.BROADCAST, PEER_MAC, EthernetHeader.TYPE_IPV4, fromPeer(ping)));
  }

  @Test
  void everyFlippedBitOfAMessageIsNoticed() {
    byte[] ping = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 0x1234_0007, Frames.hex("616263"));
    for (int bit = 0; bit < ping.length * 8; bit++) {
      byte[] flipped = ping.clone();
      flipped[bit / 8] ^= (byte) (0x80 >>> (bit % 8));
      assertDropped("bit " + bit, DropReason.ICMP_CHECKSUM, flipped);
    }
  }

  @Test
  void dropsMessagesWithoutAWholeHeader() {
    byte[] ping = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 1, new byte[0]);
    for (int length = 0; length < 8; length++) {
      assertDropped(length + " bytes", DropReason.ICMP_MALFORMED, Arrays.copyOf(ping, length));
    }
  }

  @ParameterizedTest(name = "type {0}: {1}")
  @CsvSource({
    "0,   echo reply unasked",
    "1,   unassigned",
    "4,   source quench",
    "5,   redirect",
    "9,   router advertisement",
    "13,  timestamp",
    "15,  information request",
    "17,  address mask request",
    "42,  extended echo",
    "255, reserved",
  })
  void ignoresEverythingElse(int type, String name) {
    assertDropped(name, DropReason.ICMP_IGNORED, Frames.icmp(type, 0, 0, QUOTED));
  }

  @ParameterizedTest(name = "type {0} code {1}")
  @CsvSource({
    "3,  0,  NET_UNREACHABLE",
    "3,  1,  HOST_UNREACHABLE",
    "3,  2,  REFUSED!",
    "3,  3,  REFUSED!",
    "3,  5,  HOST_UNREACHABLE",
    "3,  12, HOST_UNREACHABLE",
    "3,  13, HOST_UNREACHABLE!",
    "3,  15, HOST_UNREACHABLE!",
    "11, 0,  HOST_UNREACHABLE",
    "11, 1,  HOST_UNREACHABLE",
    "12, 0,  OTHER!"
  })
  void passesErrorsOnToTheTransport(int type, int code, String meaning) {
    List<byte[]> sent = host.receiveIpv4(fromPeer(Frames.icmp(type, code, 0x0578, QUOTED)));
    assertEquals(List.of(), sent);
    assertEquals(List.of(meaning + " mtu 0 ports 50000 80 seq 01020304"), heard);
    assertEquals(1, host.counters.get(Counter.ICMP_ERRORS_RECEIVED));
  }

  @Test
  void passesTheNextHopMtuOn() {
    host.receiveIpv4(fromPeer(Frames.icmp(3, 4, 1400, QUOTED)));
    assertEquals(List.of("PACKET_TOO_BIG mtu 1400 ports 50000 80 seq 01020304"), heard);
  }

  @Test
  void readsAQuotedPacketThatWasCutShort() {
    byte[] quoted = QUOTED.clone();
    quoted[2] = 5; // total length 1308, of which 28 bytes are quoted
    host.receiveIpv4(fromPeer(Frames.icmp(3, 1, 0, quoted)));
    assertEquals(List.of("HOST_UNREACHABLE mtu 0 ports 50000 80 seq 01020304"), heard);
  }

  @Test
  void dropsErrorsWhoseQuoteIsTooShort() {
    for (int length = 0; length < QUOTED.length; length++) {
      byte[] error = Frames.icmp(3, 1, 0, Arrays.copyOf(QUOTED, length));
      assertDropped(length + " bytes quoted", DropReason.ICMP_MALFORMED, error);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "quoted version 6,             0, 65, ICMP_MALFORMED",
    "quoted header length 0,       0, 40, ICMP_MALFORMED",
    "quoted header past the end,   0, 4f, ICMP_MALFORMED",
    "quoted protocol not ours,     9, fd, ICMP_IGNORED",
    "quoted later fragment,        7, 01, ICMP_IGNORED",
  })
  void dropsErrorsWithABadQuote(String what, int at, String octet, DropReason reason) {
    byte[] quoted = QUOTED.clone();
    quoted[at] = Frames.hex(octet)[0];
    assertDropped(what, reason, Frames.icmp(3, 1, 0, quoted));
  }

  @Test
  void dropsUnknownUnreachableCodes() {
    assertDropped("code 16", DropReason.ICMP_MALFORMED, Frames.icmp(3, 16, 0, QUOTED));
  }

  @Test
  void limitsTheRateOfErrors() {
    byte[] strange = Frames.ipv4(253, PEER_IP, IP, new byte[20]);
    int sent = 0;
    for (int i = 0; i < 200; i++) {
      sent += host.receiveIpv4(strange).size();
    }
    assertEquals(50, sent);
    assertEquals(150, host.counters.dropped(DropReason.ICMP_RATE_LIMITED));
    host.nowNanos += 1_000_000;
    assertEquals(1, host.receiveIpv4(strange).size());
    assertEquals(0, host.receiveIpv4(strange).size());
  }

  @Test
  void sendsNoErrorAboutAPacketToMany() {
    byte[] packet = Frames.ipv4(253, PEER_IP, Frames.ip("10.0.0.255"), new byte[20]);
    host.assertDropped("broadcast", DropReason.IP_UNKNOWN_PROTOCOL, framed(packet));
  }

  @Test
  void sendsNoErrorAboutAnError() {
    host.transports.register(
        ICMP,
        (packet, ip, now) ->
            host.icmpOutput.sendDestinationUnreachable(
                IcmpHeader.PORT_UNREACHABLE, packet, ip, now));
    for (int type : new int[] {3, 4, 5, 11, 12, 99}) {
      byte[] error = Frames.icmp(type, 0, 0, QUOTED);
      assertEquals(List.of(), host.receiveIpv4(fromPeer(error)), "type " + type);
    }
    assertEquals(List.of(), host.receiveIpv4(fromPeer(new byte[0])));
    byte[] ping = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 1, new byte[0]);
    assertEquals(1, host.receiveIpv4(fromPeer(ping)).size());
  }
}
