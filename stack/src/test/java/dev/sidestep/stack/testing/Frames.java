package dev.sidestep.stack.testing;

import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IcmpHeader;
import dev.sidestep.stack.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** Builds frames and packets as byte arrays. */
public final class Frames {

  private Frames() {}

  /** The bytes written in hexadecimal; blanks are ignored. */
  public static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
  }

  /** The value of a dotted IPv4 address. */
  public static int ip(String dotted) {
    int value = 0;
    for (String octet : dotted.split("\\.")) {
      value = (value << 8) | Integer.parseInt(octet);
    }
    return value;
  }

  /** A frame around {@code payload}. */
  public static byte[] ethernet(long destination, long source, int type, byte[] payload) {
    byte[] frame = new byte[EthernetHeader.LENGTH_BYTES + payload.length];
    EthernetHeader.write(MemorySegment.ofArray(frame), 0, destination, source, type);
    System.arraycopy(payload, 0, frame, EthernetHeader.LENGTH_BYTES, payload.length);
    return frame;
  }

  /** An ARP packet without its frame. */
  public static byte[] arp(
      int operation, long senderMac, int senderIp, long targetMac, int targetIp) {
    byte[] packet = new byte[ArpHeader.LENGTH_BYTES];
    ArpHeader.write(
        MemorySegment.ofArray(packet), 0, operation, senderMac, senderIp, targetMac, targetIp);
    return packet;
  }

  /** An IPv4 packet without its frame; don't-fragment is set. */
  public static byte[] ipv4(int protocol, int source, int destination, byte[] payload) {
    byte[] packet = new byte[Ipv4Header.MIN_LENGTH_BYTES + payload.length];
    Ipv4Header.write(
        MemorySegment.ofArray(packet),
        0,
        0,
        packet.length,
        0,
        Ipv4Header.DONT_FRAGMENT,
        64,
        protocol,
        source,
        destination);
    System.arraycopy(payload, 0, packet, Ipv4Header.MIN_LENGTH_BYTES, payload.length);
    return packet;
  }

  /** An ICMP message. */
  public static byte[] icmp(int type, int code, int restOfHeader, byte[] data) {
    byte[] message = new byte[IcmpHeader.LENGTH_BYTES + data.length];
    System.arraycopy(data, 0, message, IcmpHeader.LENGTH_BYTES, data.length);
    IcmpHeader.write(MemorySegment.ofArray(message), 0, type, code, restOfHeader, message.length);
    return message;
  }

  /** Puts the right header checksum on the IPv4 packet at {@code offset}. */
  public static byte[] fixIpv4Checksum(byte[] bytes, int offset) {
    int headerBytes = Math.max((bytes[offset] & 0xf) * 4, Ipv4Header.MIN_LENGTH_BYTES);
    int end = Math.min(offset + headerBytes, bytes.length);
    bytes[offset + 10] = 0;
    bytes[offset + 11] = 0;
    int checksum = naiveChecksum(bytes, offset, end - offset);
    bytes[offset + 10] = (byte) (checksum >>> 8);
    bytes[offset + 11] = (byte) checksum;
    return bytes;
  }

  /** The Internet checksum computed the way RFC 1071 §4.1 explains it, slowly. */
  public static int naiveChecksum(byte[] bytes, int offset, int length) {
    long sum = 0;
    for (int i = 0; i < length; i += 2) {
      int low = i + 1 < length ? bytes[offset + i + 1] & 0xff : 0;
      sum += ((bytes[offset + i] & 0xff) << 8) | low;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) (~sum & 0xffff);
  }
}
