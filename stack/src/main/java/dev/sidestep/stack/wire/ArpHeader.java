package dev.sidestep.stack.wire;

import dev.sidestep.stack.packet.DropReason;
import java.lang.foreign.MemorySegment;

/**
 * An ARP packet for IPv4 over Ethernet (RFC 826).
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |     Hardware type = 1         |    Protocol type = 0x0800     |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   | HW length = 6 | Pr length = 4 |           Operation           |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                      Sender MAC address                       |
 *   +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                               |   Sender IPv4 address (0-1)   |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |   Sender IPv4 address (2-3)   |                               |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 *   |                      Target MAC address                       |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                      Target IPv4 address                      |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class ArpHeader {

  /** Length of the packet. */
  public static final int LENGTH_BYTES = 28;

  public static final int REQUEST = 1;
  public static final int REPLY = 2;

  /** Hardware type Ethernet, protocol IPv4, address lengths 6 and 4. */
  private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;

  private static final int OPERATION_OFFSET = 6;
  private static final int SENDER_MAC_OFFSET = 8;
  private static final int SENDER_IP_OFFSET = 14;
  private static final int TARGET_MAC_OFFSET = 18;
  private static final int TARGET_IP_OFFSET = 24;

  private ArpHeader() {}

  /**
   * Whether this is a request or reply for IPv4 over Ethernet from a station that can exist. RFC
   * 826 says to ignore anything else.
   */
  public static DropReason validate(MemorySegment segment, long offset, int lengthBytes) {
    if (lengthBytes < LENGTH_BYTES || WireFields.i64(segment, offset) >>> 16 != ETHERNET_IPV4) {
      return DropReason.ARP_MALFORMED;
    }
    int operation = operation(segment, offset);
    boolean known = operation == REQUEST || operation == REPLY;
    return known && MacAddress.isStation(senderMac(segment, offset))
        ? DropReason.NONE
        : DropReason.ARP_MALFORMED;
  }

  /** {@link #REQUEST} or {@link #REPLY}. */
  public static int operation(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + OPERATION_OFFSET);
  }

  /** MAC address of the sender. */
  public static long senderMac(MemorySegment segment, long offset) {
    return WireFields.i64(segment, offset + SENDER_MAC_OFFSET) >>> 16;
  }

  /** IPv4 address of the sender; 0 in a probe (RFC 5227). */
  public static int senderIp(MemorySegment segment, long offset) {
    return WireFields.i32(segment, offset + SENDER_IP_OFFSET);
  }

  /** MAC address of the target; meaningless in a request. */
  public static long targetMac(MemorySegment segment, long offset) {
    return WireFields.i64(segment, offset + TARGET_MAC_OFFSET) >>> 16;
  }

  /** IPv4 address of the target. */
  public static int targetIp(MemorySegment segment, long offset) {
    return WireFields.i32(segment, offset + TARGET_IP_OFFSET);
  }

  /** Writes a whole packet. */
  public static void write(
      MemorySegment segment,
      long offset,
      int operation,
      long senderMac,
      int senderIp,
      long targetMac,
      int targetIp) {
    WireFields.setI64(segment, offset, (ETHERNET_IPV4 << 16) | operation);
    WireFields.setI64(segment, offset + SENDER_MAC_OFFSET, (senderMac << 16) | (senderIp >>> 16));
    WireFields.setI32(segment, offset + SENDER_IP_OFFSET, senderIp);
    WireFields.setI64(segment, offset + TARGET_MAC_OFFSET, targetMac << 16);
    WireFields.setI32(segment, offset + TARGET_IP_OFFSET, targetIp);
  }
}
