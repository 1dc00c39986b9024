package dev.sidestep.stack.wire;

import dev.sidestep.stack.packet.DropReason;
import java.lang.foreign.MemorySegment;

/**
 * The IPv4 header (RFC 791 §3.1; the type of service octet as RFC 2474 and RFC 3168 have it).
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |Version|  IHL  |Type of service|          Total length         |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |         Identification        |0|D|M|     Fragment offset     |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  Time to live |    Protocol   |        Header checksum        |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                        Source address                         |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                      Destination address                      |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  options, padded to a multiple of four bytes ...
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class Ipv4Header {

  /** Length of a header without options. */
  public static final int MIN_LENGTH_BYTES = 20;

  /** Largest packet the total length field can name. */
  public static final int MAX_PACKET_BYTES = 65_535;

  /** Don't fragment, as it stands in the 16 bits of {@link #flagsAndFragmentOffset}. */
  public static final int DONT_FRAGMENT = 0x4000;

  /** More fragments follow, as it stands in the 16 bits of {@link #flagsAndFragmentOffset}. */
  public static final int MORE_FRAGMENTS = 0x2000;

  private static final int TOS_OFFSET = 1;
  private static final int TOTAL_LENGTH_OFFSET = 2;
  private static final int IDENTIFICATION_OFFSET = 4;
  private static final int FRAGMENT_OFFSET = 6;
  private static final int TTL_OFFSET = 8;
  private static final int PROTOCOL_OFFSET = 9;
  private static final int CHECKSUM_OFFSET = 10;
  private static final int SOURCE_OFFSET = 12;
  private static final int DESTINATION_OFFSET = 16;

  private static final int FRAGMENT_OFFSET_MASK = 0x1fff;
  private static final long INT_MASK = 0xffff_ffffL;

  private static final int OPTION_END = 0;
  private static final int OPTION_NOP = 1;
  private static final int OPTION_RECORD_ROUTE = 7;
  private static final int OPTION_LOOSE_SOURCE_ROUTE = 131;
  private static final int OPTION_STRICT_SOURCE_ROUTE = 137;

  private Ipv4Header() {}

  /**
   * Whether version and lengths are possible for a packet of which {@code lengthBytes} arrived (RFC
   * 1122 §3.2.1.1). Looks at neither checksum nor options.
   */
  public static DropReason validate(MemorySegment segment, long offset, int lengthBytes) {
    if (lengthBytes < MIN_LENGTH_BYTES) {
      return DropReason.IP_MALFORMED;
    }
    int versionAndIhl = WireFields.u8(segment, offset);
    int headerBytes = (versionAndIhl & 0xf) << 2;
    int totalBytes = totalLength(segment, offset);
    boolean possible =
        versionAndIhl >>> 4 == 4
            && headerBytes >= MIN_LENGTH_BYTES
            && headerBytes <= totalBytes
            && totalBytes <= lengthBytes;
    return possible ? DropReason.NONE : DropReason.IP_MALFORMED;
  }

  /**
   * Whether a header quoted in an ICMP error, whose packet may be cut short, is there with at least
   * {@code payloadBytes} behind it.
   */
  public static DropReason validateQuoted(
      MemorySegment segment, long offset, int lengthBytes, int payloadBytes) {
    if (lengthBytes < MIN_LENGTH_BYTES + payloadBytes) {
      return DropReason.IP_MALFORMED;
    }
    int headerBytes = headerLength(segment, offset);
    boolean possible =
        WireFields.u8(segment, offset) >>> 4 == 4
            && headerBytes >= MIN_LENGTH_BYTES
            && headerBytes + payloadBytes <= lengthBytes;
    return possible ? DropReason.NONE : DropReason.IP_MALFORMED;
  }

  /** Whether the header checksum is right (RFC 1122 §3.2.1.2). Five loads beat the long loop. */
  public static boolean hasValidChecksum(MemorySegment segment, long offset) {
    int headerBytes = headerLength(segment, offset);
    long sum =
        (WireFields.i32(segment, offset) & INT_MASK)
            + (WireFields.i32(segment, offset + IDENTIFICATION_OFFSET) & INT_MASK)
            + (WireFields.i32(segment, offset + TTL_OFFSET) & INT_MASK)
            + (WireFields.i32(segment, offset + SOURCE_OFFSET) & INT_MASK)
            + (WireFields.i32(segment, offset + DESTINATION_OFFSET) & INT_MASK);
    for (int at = MIN_LENGTH_BYTES; at < headerBytes; at += 4) {
      sum += WireFields.i32(segment, offset + at) & INT_MASK;
    }
    return InternetChecksum.isValid(sum);
  }

  /**
   * Walks the options of a valid header. Source routes are refused (Linux: accept_source_route =
   * 0); options we do not know are skipped, as RFC 1122 §3.2.1.8 asks, if their length is possible.
   */
  public static DropReason validateOptions(MemorySegment segment, long offset) {
    long end = offset + headerLength(segment, offset);
    long at = offset + MIN_LENGTH_BYTES;
    while (at < end) {
      int kind = WireFields.u8(segment, at);
      if (kind == OPTION_END) {
        return DropReason.NONE;
      }
      if (kind == OPTION_NOP) {
        at++;
        continue;
      }
      int length = at + 1 < end ? WireFields.u8(segment, at + 1) : 0;
      if (length < 2 || length > end - at) {
        return DropReason.IP_MALFORMED;
      }
      DropReason verdict = validateOption(segment, at, kind, length);
      if (verdict != DropReason.NONE) {
        return verdict;
      }
      at += length;
    }
    return DropReason.NONE;
  }

  private static DropReason validateOption(MemorySegment segment, long at, int kind, int length) {
    return switch (kind) {
      case OPTION_LOOSE_SOURCE_ROUTE, OPTION_STRICT_SOURCE_ROUTE -> DropReason.IP_SOURCE_ROUTE;
      // The pointer counts from 1 at the option's first octet, so 4 is the first slot (RFC 791).
      case OPTION_RECORD_ROUTE ->
          length >= 3 && WireFields.u8(segment, at + 2) >= 4
              ? DropReason.NONE
              : DropReason.IP_MALFORMED;
      default -> DropReason.NONE;
    };
  }

  /** Bytes of header, options included. */
  public static int headerLength(MemorySegment segment, long offset) {
    return (WireFields.u8(segment, offset) & 0xf) << 2;
  }

  /** The type of service octet: DSCP and ECN. */
  public static int typeOfService(MemorySegment segment, long offset) {
    return WireFields.u8(segment, offset + TOS_OFFSET);
  }

  /** Bytes of the packet, header included. */
  public static int totalLength(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + TOTAL_LENGTH_OFFSET);
  }

  /** Names the packet its fragments belong to. */
  public static int identification(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + IDENTIFICATION_OFFSET);
  }

  /** The flags in the upper three bits, the fragment offset in units of 8 bytes below. */
  public static int flagsAndFragmentOffset(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + FRAGMENT_OFFSET);
  }

  /** Where this fragment belongs in its packet's payload, in bytes. */
  public static int fragmentOffsetBytes(MemorySegment segment, long offset) {
    return (flagsAndFragmentOffset(segment, offset) & FRAGMENT_OFFSET_MASK) << 3;
  }

  /** Whether this is a part of a packet and not the whole. */
  public static boolean isFragment(MemorySegment segment, long offset) {
    int field = flagsAndFragmentOffset(segment, offset);
    return (field & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) != 0;
  }

  /** Hops the packet may still take. */
  public static int timeToLive(MemorySegment segment, long offset) {
    return WireFields.u8(segment, offset + TTL_OFFSET);
  }

  /** Transport protocol number. */
  public static int protocol(MemorySegment segment, long offset) {
    return WireFields.u8(segment, offset + PROTOCOL_OFFSET);
  }

  /** The header checksum as it stands there. */
  public static int checksum(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + CHECKSUM_OFFSET);
  }

  /** Source address. */
  public static int source(MemorySegment segment, long offset) {
    return WireFields.i32(segment, offset + SOURCE_OFFSET);
  }

  /** Destination address. */
  public static int destination(MemorySegment segment, long offset) {
    return WireFields.i32(segment, offset + DESTINATION_OFFSET);
  }

  /**
   * Writes a header without options, checksum filled in. The checksum comes from the values, not
   * from memory, because loading what was just stored in other widths stalls the processor.
   *
   * @param totalLength bytes of header and payload
   */
  public static void write(
      MemorySegment segment,
      long offset,
      int typeOfService,
      int totalLength,
      int identification,
      int flagsAndFragmentOffset,
      int timeToLive,
      int protocol,
      int source,
      int destination) {
    int first = 0x4500_0000 | (typeOfService << 16) | totalLength;
    int second = (identification << 16) | flagsAndFragmentOffset;
    int third = (timeToLive << 24) | (protocol << 16);
    long sum =
        (first & INT_MASK)
            + (second & INT_MASK)
            + (third & INT_MASK)
            + (source & INT_MASK)
            + (destination & INT_MASK);
    int checksum = ~InternetChecksum.fold(sum) & 0xffff;
    WireFields.setI32(segment, offset, first);
    WireFields.setI32(segment, offset + IDENTIFICATION_OFFSET, second);
    WireFields.setI32(segment, offset + TTL_OFFSET, third | checksum);
    WireFields.setI32(segment, offset + SOURCE_OFFSET, source);
    WireFields.setI32(segment, offset + DESTINATION_OFFSET, destination);
  }
}
