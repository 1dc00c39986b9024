package dev.sidestep.stack.wire;

import dev.sidestep.stack.packet.DropReason;
import java.lang.foreign.MemorySegment;

/**
 * The Ethernet II header (IEEE 802.3 §3.1.1, RFC 894).
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                      Destination address                      |
 *   +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                               |                               |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 *   |                        Source address                         |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |           EtherType           |  payload ...
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class EthernetHeader {

  /** Length of the header. */
  public static final int LENGTH_BYTES = 14;

  public static final int TYPE_IPV4 = 0x0800;
  public static final int TYPE_ARP = 0x0806;
  public static final int TYPE_VLAN = 0x8100;
  public static final int TYPE_IPV6 = 0x86dd;

  private static final int SOURCE_OFFSET = 6;
  private static final int TYPE_OFFSET = 12;

  private EthernetHeader() {}

  /** Whether a frame of {@code lengthBytes} at {@code offset} holds a header. */
  public static DropReason validate(MemorySegment segment, long offset, int lengthBytes) {
    return lengthBytes < LENGTH_BYTES ? DropReason.FRAME_TOO_SHORT : DropReason.NONE;
  }

  /** Destination MAC address. */
  public static long destination(MemorySegment segment, long offset) {
    return WireFields.i64(segment, offset) >>> 16;
  }

  /** Source MAC address. */
  public static long source(MemorySegment segment, long offset) {
    return WireFields.i64(segment, offset + SOURCE_OFFSET) >>> 16;
  }

  /** What the payload is: one of the {@code TYPE_} constants, or something unknown. */
  public static int type(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + TYPE_OFFSET);
  }

  /** Writes a whole header. */
  public static void write(
      MemorySegment segment, long offset, long destination, long source, int type) {
    // Two overlapping stores cover the 14 bytes.
    WireFields.setI64(segment, offset, (destination << 16) | (source >>> 32));
    WireFields.setI64(segment, offset + SOURCE_OFFSET, (source << 16) | type);
  }
}
