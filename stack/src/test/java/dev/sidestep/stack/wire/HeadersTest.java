package dev.sidestep.stack.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.testing.Frames;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadersTest {

  private static final long MAX_MAC = 0xffff_ffff_ffffL;

  private static MemorySegment segment(String hex) {
    return MemorySegment.ofArray(Frames.hex(hex));
  }

  @Test
  void readsAnEthernetHeader() {
    MemorySegment frame = segment("020000000001 5254001234ab 0800");
    assertEquals(DropReason.NONE, EthernetHeader.validate(frame, 0, 14));
    assertEquals(0x0200_0000_0001L, EthernetHeader.destination(frame, 0));
    assertEquals(0x5254_0012_34abL, EthernetHeader.source(frame, 0));
    assertEquals(EthernetHeader.TYPE_IPV4, EthernetHeader.type(frame, 0));
    assertEquals(DropReason.FRAME_TOO_SHORT, EthernetHeader.validate(frame, 0, 13));
  }

  @Property
  void ethernetHeadersReadBackAsWritten(
      @ForAll @LongRange(max = MAX_MAC) long destination,
      @ForAll @LongRange(max = MAX_MAC) long source,
      @ForAll @IntRange(max = 0xffff) int type) {
    MemorySegment frame = MemorySegment.ofArray(new byte[17]);
    EthernetHeader.write(frame, 3, destination, source, type);
    assertEquals(destination, EthernetHeader.destination(frame, 3));
    assertEquals(source, EthernetHeader.source(frame, 3));
    assertEquals(type, EthernetHeader.type(frame, 3));
  }

  @Test
  void tellsStationsFromGroups() {
    assertTrue(MacAddress.isGroup(MacAddress.BROADCAST));
    assertTrue(MacAddress.isGroup(0x0100_5e00_0001L));
    assertFalse(MacAddress.isGroup(0x0200_0000_0001L));
    assertTrue(MacAddress.isStation(0x0200_0000_0001L));
    assertFalse(MacAddress.isStation(MacAddress.NONE));
    assertEquals("02:00:5e:10:00:ff", MacAddress.toString(0x0200_5e10_00ffL));
  }

  private static final String ARP_REQUEST =
      "0001 0800 06 04 0001 020000000002 0a000002 000000000000 0a000001";

  @Test
  void readsAnArpRequest() {
    MemorySegment packet = segment(ARP_REQUEST);
    assertEquals(DropReason.NONE, ArpHeader.validate(packet, 0, 28));
    assertEquals(ArpHeader.REQUEST, ArpHeader.operation(packet, 0));
    assertEquals(0x0200_0000_0002L, ArpHeader.senderMac(packet, 0));
    assertEquals(Frames.ip("10.0.0.2"), ArpHeader.senderIp(packet, 0));
    assertEquals(0, ArpHeader.targetMac(packet, 0));
    assertEquals(Frames.ip("10.0.0.1"), ArpHeader.targetIp(packet, 0));
  }

  @Test
  void writesAnArpRequest() {
    assertArrayEquals(
        Frames.hex(ARP_REQUEST),
        Frames.arp(
            ArpHeader.REQUEST, 0x0200_0000_0002L, Frames.ip("10.0.0.2"), 0, Frames.ip("10.0.0.1")));
  }

  @Property
  void arpPacketsReadBackAsWritten(
      @ForAll @LongRange(max = MAX_MAC) long senderMac,
      @ForAll int senderIp,
      @ForAll @LongRange(max = MAX_MAC) long targetMac,
      @ForAll int targetIp) {
    MemorySegment packet = MemorySegment.ofArray(new byte[28]);
    ArpHeader.write(packet, 0, ArpHeader.REPLY, senderMac, senderIp, targetMac, targetIp);
    assertEquals(ArpHeader.REPLY, ArpHeader.operation(packet, 0));
    assertEquals(senderMac, ArpHeader.senderMac(packet, 0));
    assertEquals(senderIp, ArpHeader.senderIp(packet, 0));
    assertEquals(targetMac, ArpHeader.targetMac(packet, 0));
    assertEquals(targetIp, ArpHeader.targetIp(packet, 0));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "hardware type 2,        0, 00020800",
    "protocol type IPv6,     2, 86dd",
    "hardware length 5,      4, 05",
    "hardware length 255,    4, ff",
    "protocol length 16,     5, 10",
    "operation 0,            6, 0000",
    "operation 3,            6, 0003",
    "operation 65535,        6, ffff",
    "sender MAC zero,        8, 000000000000",
    "sender MAC broadcast,   8, ffffffffffff",
    "sender MAC multicast,   8, 01005e000001",
  })
  void refusesArpPacketsThatCannotBe(String what, int at, String bytes) {
    MemorySegment packet = segment(ARP_REQUEST);
    MemorySegment change = segment(bytes);
    MemorySegment.copy(change, 0, packet, at, change.byteSize());
    assertEquals(DropReason.ARP_MALFORMED, ArpHeader.validate(packet, 0, 28), what);
  }

  @Test
  void refusesTruncatedArpPackets() {
    for (int length = 0; length < 28; length++) {
      MemorySegment packet = segment(ARP_REQUEST).asSlice(0, length);
      assertEquals(DropReason.ARP_MALFORMED, ArpHeader.validate(packet, 0, length));
    }
  }

  private static final String UDP_IN_IPV4 = "45000073000040004011b861c0a80001c0a800c7";

  @Test
  void readsAnIpv4Header() {
    MemorySegment packet = MemorySegment.ofArray(new byte[0x73]);
    MemorySegment.copy(segment(UDP_IN_IPV4), 0, packet, 0, 20);
    assertEquals(DropReason.NONE, Ipv4Header.validate(packet, 0, 0x73));
    assertTrue(Ipv4Header.hasValidChecksum(packet, 0));
    assertEquals(20, Ipv4Header.headerLength(packet, 0));
    assertEquals(0, Ipv4Header.typeOfService(packet, 0));
    assertEquals(0x73, Ipv4Header.totalLength(packet, 0));
    assertEquals(0, Ipv4Header.identification(packet, 0));
    assertEquals(Ipv4Header.DONT_FRAGMENT, Ipv4Header.flagsAndFragmentOffset(packet, 0));
    assertFalse(Ipv4Header.isFragment(packet, 0));
    assertEquals(64, Ipv4Header.timeToLive(packet, 0));
    assertEquals(IpProtocol.UDP, Ipv4Header.protocol(packet, 0));
    assertEquals(0xb861, Ipv4Header.checksum(packet, 0));
    assertEquals(Frames.ip("192.168.0.1"), Ipv4Header.source(packet, 0));
    assertEquals(Frames.ip("192.168.0.199"), Ipv4Header.destination(packet, 0));
  }

  @Test
  void writesAnIpv4Header() {
    MemorySegment written = MemorySegment.ofArray(new byte[20]);
    Ipv4Header.write(
        written,
        0,
        0,
        0x73,
        0,
        Ipv4Header.DONT_FRAGMENT,
        64,
        IpProtocol.UDP,
        Frames.ip("192.168.0.1"),
        Frames.ip("192.168.0.199"));
    assertEquals(-1, written.mismatch(segment(UDP_IN_IPV4)));
  }

  @Property
  void ipv4HeadersReadBackAsWritten(
      @ForAll @IntRange(max = 255) int tos,
      @ForAll @IntRange(min = 20, max = 65_535) int totalLength,
      @ForAll @IntRange(max = 65_535) int identification,
      @ForAll @IntRange(max = 255) int protocol,
      @ForAll int source,
      @ForAll int destination) {
    MemorySegment packet = MemorySegment.ofArray(new byte[20]);
    Ipv4Header.write(
        packet, 0, tos, totalLength, identification, 0x2005, 7, protocol, source, destination);
    assertEquals(DropReason.NONE, Ipv4Header.validate(packet, 0, totalLength));
    assertTrue(Ipv4Header.hasValidChecksum(packet, 0));
    assertEquals(tos, Ipv4Header.typeOfService(packet, 0));
    assertEquals(totalLength, Ipv4Header.totalLength(packet, 0));
    assertEquals(identification, Ipv4Header.identification(packet, 0));
    assertTrue(Ipv4Header.isFragment(packet, 0));
    assertEquals(40, Ipv4Header.fragmentOffsetBytes(packet, 0));
    assertEquals(7, Ipv4Header.timeToLive(packet, 0));
    assertEquals(protocol, Ipv4Header.protocol(packet, 0));
    assertEquals(source, Ipv4Header.source(packet, 0));
    assertEquals(destination, Ipv4Header.destination(packet, 0));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "nothing,                       '',                         NONE",
    "end of list,                   00000000,                   NONE",
    "NOPs,                          01010101,                   NONE",
    "rubbish behind end of list,    00ffffff,                   NONE",
    "router alert,                  94040000,                   NONE",
    "unknown but well-formed,       de041234,                   NONE",
    "record route full,             0707080a00000101,           NONE",
    "record route pointer 0,        0707000a00000101,           IP_MALFORMED",
    "record route pointer 3,        0707030a00000101,           IP_MALFORMED",
    "record route length 2,         07020101,                   IP_MALFORMED",
    "loose source route,            8307040a00000101,           IP_SOURCE_ROUTE",
    "strict source route,           8907040a00000101,           IP_SOURCE_ROUTE",
    "source route pointer 0,        8307000a00000101,           IP_SOURCE_ROUTE",
    "source route pointer 255,      8307ff0a00000101,           IP_SOURCE_ROUTE",
    "two source routes,             8303048303040000,           IP_SOURCE_ROUTE",
    "source route behind NOPs,      010101018303041b,           IP_SOURCE_ROUTE",
    "length 0,                      83000000,                   IP_MALFORMED",
    "length 1,                      83010000,                   IP_MALFORMED",
    "length past the end,           83280000,                   IP_MALFORMED",
    "no room for the length,        01010183,                   IP_MALFORMED",
  })
  void walksIpv4Options(String what, String options, DropReason verdict) {
    byte[] bytes = Frames.hex("45000073000040004011b861c0a80001c0a800c7" + options);
    bytes[0] = (byte) (0x40 | (bytes.length / 4));
    assertEquals(verdict, Ipv4Header.validateOptions(MemorySegment.ofArray(bytes), 0), what);
  }

  @Test
  void readsAndWritesAnEchoRequest() {
    byte[] message = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 0x12340001, Frames.hex("616263"));
    assertArrayEquals(Frames.hex("0800 2168 1234 0001 616263"), message);
    MemorySegment segment = MemorySegment.ofArray(message);
    assertEquals(DropReason.NONE, IcmpHeader.validate(segment, 0, message.length));
    assertEquals(IcmpHeader.ECHO_REQUEST, IcmpHeader.type(segment, 0));
    assertEquals(0, IcmpHeader.code(segment, 0));
    assertEquals(0x12340001, IcmpHeader.restOfHeader(segment, 0));
    assertTrue(IcmpHeader.hasValidChecksum(segment, 0, message.length));
    assertEquals(DropReason.ICMP_MALFORMED, IcmpHeader.validate(segment, 0, 7));
  }

  @Test
  void readsTheNextHopMtu() {
    byte[] message = Frames.icmp(3, 4, 1400, new byte[28]);
    assertEquals(1400, IcmpHeader.nextHopMtu(MemorySegment.ofArray(message), 0));
  }

  private static final String SYN =
      "c350 0050 01020304 00000000 a002 faf0 fe30 0000"
          + "020405b4 0402080a 00000001 00000000 01030307";

  @Test
  void readsATcpHeader() {
    MemorySegment segment = segment(SYN);
    assertEquals(DropReason.NONE, TcpHeader.validate(segment, 0, 40));
    assertEquals(50_000, TcpHeader.sourcePort(segment, 0));
    assertEquals(80, TcpHeader.destinationPort(segment, 0));
    assertEquals((50_000 << 16) | 80, TcpHeader.ports(segment, 0));
    assertEquals(0x01020304, TcpHeader.seq(segment, 0));
    assertEquals(0, TcpHeader.ack(segment, 0));
    assertEquals(40, TcpHeader.headerLength(segment, 0));
    assertEquals(TcpHeader.SYN, TcpHeader.flags(segment, 0));
    assertEquals(64_240, TcpHeader.window(segment, 0));
    assertEquals(0xfe30, TcpHeader.checksum(segment, 0));
    assertEquals(0, TcpHeader.urgentPointer(segment, 0));
  }

  @Property
  void tcpHeadersReadBackAsWritten(
      @ForAll @IntRange(max = 65_535) int sourcePort,
      @ForAll @IntRange(max = 65_535) int destinationPort,
      @ForAll int seq,
      @ForAll int ack,
      @ForAll @IntRange(min = 5, max = 15) int dataOffset,
      @ForAll @IntRange(max = 255) int flags,
      @ForAll @IntRange(max = 65_535) int window) {
    MemorySegment segment = MemorySegment.ofArray(new byte[60]);
    TcpHeader.write(
        segment, 0, sourcePort, destinationPort, seq, ack, dataOffset * 4, flags, window);
    TcpHeader.setChecksum(segment, 0, 0xbeef);
    TcpHeader.setUrgentPointer(segment, 0, 0xcafe);
    assertEquals(DropReason.NONE, TcpHeader.validate(segment, 0, 60));
    assertEquals(sourcePort, TcpHeader.sourcePort(segment, 0));
    assertEquals(destinationPort, TcpHeader.destinationPort(segment, 0));
    assertEquals(seq, TcpHeader.seq(segment, 0));
    assertEquals(ack, TcpHeader.ack(segment, 0));
    assertEquals(dataOffset * 4, TcpHeader.headerLength(segment, 0));
    assertEquals(flags, TcpHeader.flags(segment, 0));
    assertEquals(window, TcpHeader.window(segment, 0));
    assertEquals(0xbeef, TcpHeader.checksum(segment, 0));
    assertEquals(0xcafe, TcpHeader.urgentPointer(segment, 0));
  }

  @Property
  void refusesTcpHeadersThatDoNotFit(
      @ForAll @IntRange(max = 15) int dataOffset,
      @ForAll @Size(value = 60) byte[] bytes,
      @ForAll @IntRange(max = 60) int length) {
    bytes[12] = (byte) (dataOffset << 4);
    boolean fits = length >= 20 && dataOffset >= 5 && dataOffset * 4 <= length;
    DropReason verdict = TcpHeader.validate(MemorySegment.ofArray(bytes), 0, length);
    assertEquals(fits ? DropReason.NONE : DropReason.TCP_MALFORMED, verdict);
  }
}
