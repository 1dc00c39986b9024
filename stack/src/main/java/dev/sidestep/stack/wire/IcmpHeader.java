package dev.sidestep.stack.wire;

import dev.sidestep.stack.packet.DropReason;
import java.lang.foreign.MemorySegment;

/**
 * The first eight bytes of an ICMP message (RFC 792; next-hop MTU by RFC 1191 §4).
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |     Type      |     Code      |           Checksum            |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   | by type: identifier and sequence, or unused and next-hop MTU  |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  by type: data to echo, or the IP packet that caused an error ...
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class IcmpHeader {

  /** Length of the header. */
  public static final int LENGTH_BYTES = 8;

  public static final int ECHO_REPLY = 0;
  public static final int DESTINATION_UNREACHABLE = 3;
  public static final int SOURCE_QUENCH = 4;
  public static final int REDIRECT = 5;
  public static final int ECHO_REQUEST = 8;
  public static final int TIME_EXCEEDED = 11;
  public static final int PARAMETER_PROBLEM = 12;

  /** Codes of {@link #DESTINATION_UNREACHABLE}. */
  public static final int NET_UNREACHABLE = 0;

  public static final int HOST_UNREACHABLE = 1;
  public static final int PROTOCOL_UNREACHABLE = 2;
  public static final int PORT_UNREACHABLE = 3;
  public static final int FRAGMENTATION_NEEDED = 4;
  public static final int SOURCE_ROUTE_FAILED = 5;
  public static final int NET_UNREACHABLE_FOR_SERVICE = 11;
  public static final int HOST_UNREACHABLE_FOR_SERVICE = 12;

  private static final int CHECKSUM_OFFSET = 2;
  private static final int REST_OFFSET = 4;
  private static final int MTU_OFFSET = 6;

  private IcmpHeader() {}

  /** Whether {@code lengthBytes} hold a header. Does not look at the checksum. */
  public static DropReason validate(MemorySegment segment, long offset, int lengthBytes) {
    return lengthBytes < LENGTH_BYTES ? DropReason.ICMP_MALFORMED : DropReason.NONE;
  }

  /** Whether the checksum over the whole message of {@code lengthBytes} is right. */
  public static boolean hasValidChecksum(MemorySegment segment, long offset, int lengthBytes) {
    return InternetChecksum.isValid(InternetChecksum.sum(segment, offset, lengthBytes));
  }

  /** Message type. */
  public static int type(MemorySegment segment, long offset) {
    return WireFields.u8(segment, offset);
  }

  /** Refines the type. */
  public static int code(MemorySegment segment, long offset) {
    return WireFields.u8(segment, offset + 1);
  }

  /** The four bytes whose meaning depends on the type. */
  public static int restOfHeader(MemorySegment segment, long offset) {
    return WireFields.i32(segment, offset + REST_OFFSET);
  }

  /** Next-hop MTU in bytes, in a fragmentation-needed error; 0 from old routers (RFC 1191 §3). */
  public static int nextHopMtu(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + MTU_OFFSET);
  }

  /**
   * Writes the header in front of data that is there already, and the checksum over both.
   *
   * @param lengthBytes header and data together
   */
  public static void write(
      MemorySegment segment, long offset, int type, int code, int restOfHeader, int lengthBytes) {
    WireFields.setI32(segment, offset, (type << 24) | (code << 16));
    WireFields.setI32(segment, offset + REST_OFFSET, restOfHeader);
    long sum = InternetChecksum.sum(segment, offset, lengthBytes);
    WireFields.setU16(segment, offset + CHECKSUM_OFFSET, InternetChecksum.checksum(sum));
  }
}
