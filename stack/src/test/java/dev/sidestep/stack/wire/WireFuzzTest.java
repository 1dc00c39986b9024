package dev.sidestep.stack.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sidestep.stack.packet.DropReason;
import java.lang.foreign.MemorySegment;

/**
 * Whatever bytes arrive: a parser does not throw, and after {@code validate} said that a header is
 * in order its accessors do not either. Fuzzes with {@code JAZZER_FUZZ=1}, otherwise replays the
 * corpus.
 */
class WireFuzzTest {

  @FuzzTest(maxDuration = "1m")
  void ethernet(byte[] bytes) {
    MemorySegment segment = MemorySegment.ofArray(bytes);
    if (EthernetHeader.validate(segment, 0, bytes.length) == DropReason.NONE) {
      var unused = EthernetHeader.destination(segment, 0);
      unused = EthernetHeader.source(segment, 0);
      unused = EthernetHeader.type(segment, 0);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void arp(byte[] bytes) {
    MemorySegment segment = MemorySegment.ofArray(bytes);
    if (ArpHeader.validate(segment, 0, bytes.length) == DropReason.NONE) {
      var unused = ArpHeader.senderMac(segment, 0) + ArpHeader.targetMac(segment, 0);
      unused = ArpHeader.senderIp(segment, 0);
      unused = ArpHeader.targetIp(segment, 0);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void ipv4(byte[] bytes) {
    MemorySegment segment = MemorySegment.ofArray(bytes);
    if (Ipv4Header.validate(segment, 0, bytes.length) == DropReason.NONE) {
      var unused = Ipv4Header.hasValidChecksum(segment, 0);
      unused = Ipv4Header.validateOptions(segment, 0) == DropReason.NONE;
      unused = Ipv4Header.isFragment(segment, 0);
    }
    if (Ipv4Header.validateQuoted(segment, 0, bytes.length, 8) == DropReason.NONE) {
      var unused = TcpHeader.seq(segment, Ipv4Header.headerLength(segment, 0));
    }
  }

  @FuzzTest(maxDuration = "1m")
  void icmp(byte[] bytes) {
    MemorySegment segment = MemorySegment.ofArray(bytes);
    if (IcmpHeader.validate(segment, 0, bytes.length) == DropReason.NONE) {
      var unused = IcmpHeader.hasValidChecksum(segment, 0, bytes.length);
      unused = IcmpHeader.restOfHeader(segment, 0) == IcmpHeader.nextHopMtu(segment, 0);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void tcp(byte[] bytes) {
    MemorySegment segment = MemorySegment.ofArray(bytes);
    if (TcpHeader.validate(segment, 0, bytes.length) == DropReason.NONE) {
      int optionBytes = TcpHeader.headerLength(segment, 0) - TcpHeader.MIN_LENGTH_BYTES;
      TcpOptions.parse(segment, TcpHeader.MIN_LENGTH_BYTES, optionBytes, new ParsedTcpOptions());
    }
  }
}
