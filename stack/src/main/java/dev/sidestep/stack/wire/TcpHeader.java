package dev.sidestep.stack.wire;

import dev.sidestep.stack.packet.DropReason;
import java.lang.foreign.MemorySegment;

/**
 * The TCP header (RFC 9293 §3.1; the flags CWR and ECE by RFC 3168 §6.1).
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |          Source port          |       Destination port        |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                        Sequence number                        |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                    Acknowledgment number                      |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  Data |       |C|E|U|A|P|R|S|F|                               |
 *   | offset| Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
 *   |       |       |R|E|G|K|H|T|N|N|                               |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |           Checksum            |        Urgent pointer         |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  options, padded to a multiple of four bytes ...
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class TcpHeader {

  /** Length of a header without options. */
  public static final int MIN_LENGTH_BYTES = 20;

  /** Longest header the data offset field can name. */
  public static final int MAX_LENGTH_BYTES = 60;

  /** The furthest the urgent pointer can point. */
  public static final int MAX_URGENT_POINTER = 0xffff;

  public static final int FIN = 0x01;
  public static final int SYN = 0x02;
  public static final int RST = 0x04;
  public static final int PSH = 0x08;
  public static final int ACK = 0x10;
  public static final int URG = 0x20;
  public static final int ECE = 0x40;
  public static final int CWR = 0x80;

  private static final int DESTINATION_PORT_OFFSET = 2;
  private static final int SEQ_OFFSET = 4;
  private static final int ACK_OFFSET = 8;
  private static final int DATA_OFFSET_OFFSET = 12;
  private static final int FLAGS_OFFSET = 13;
  private static final int WINDOW_OFFSET = 14;
  private static final int CHECKSUM_OFFSET = 16;
  private static final int URGENT_OFFSET = 18;

  private TcpHeader() {}

  /**
   * Whether a segment of {@code lengthBytes} can hold the header its data offset names. Looks at
   * neither checksum nor flags: what a combination of flags means depends on the state.
   */
  public static DropReason validate(MemorySegment segment, long offset, int lengthBytes) {
    if (lengthBytes < MIN_LENGTH_BYTES) {
      return DropReason.TCP_MALFORMED;
    }
    int headerBytes = headerLength(segment, offset);
    boolean possible = headerBytes >= MIN_LENGTH_BYTES && headerBytes <= lengthBytes;
    return possible ? DropReason.NONE : DropReason.TCP_MALFORMED;
  }

  /** Source port. */
  public static int sourcePort(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset);
  }

  /** Destination port. */
  public static int destinationPort(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + DESTINATION_PORT_OFFSET);
  }

  /** Both ports in one load: the source port in the upper 16 bits. */
  public static int ports(MemorySegment segment, long offset) {
    return WireFields.i32(segment, offset);
  }

  /** SEG.SEQ: sequence number of the first byte, or of the SYN. */
  public static int seq(MemorySegment segment, long offset) {
    return WireFields.i32(segment, offset + SEQ_OFFSET);
  }

  /** SEG.ACK: the next sequence number the sender expects; meaningful only with {@link #ACK}. */
  public static int ack(MemorySegment segment, long offset) {
    return WireFields.i32(segment, offset + ACK_OFFSET);
  }

  /** Bytes of header, options included. */
  public static int headerLength(MemorySegment segment, long offset) {
    return (WireFields.u8(segment, offset + DATA_OFFSET_OFFSET) & 0xf0) >>> 2;
  }

  /** The eight flags; see the constants. */
  public static int flags(MemorySegment segment, long offset) {
    return WireFields.u8(segment, offset + FLAGS_OFFSET);
  }

  /** The window field as it stands there, unsigned (MUST-1), not scaled. */
  public static int window(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + WINDOW_OFFSET);
  }

  /** The checksum as it stands there. */
  public static int checksum(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + CHECKSUM_OFFSET);
  }

  /** The urgent pointer; meaningful only with {@link #URG}. */
  public static int urgentPointer(MemorySegment segment, long offset) {
    return WireFields.u16(segment, offset + URGENT_OFFSET);
  }

  /**
   * Writes a header with checksum and urgent pointer zero; options follow at {@code offset +}
   * {@link #MIN_LENGTH_BYTES}.
   *
   * @param headerLength bytes of header with options, a multiple of 4
   * @param window the window field, already scaled down
   */
  public static void write(
      MemorySegment segment,
      long offset,
      int sourcePort,
      int destinationPort,
      int seq,
      int ack,
      int headerLength,
      int flags,
      int window) {
    WireFields.setI32(segment, offset, (sourcePort << 16) | destinationPort);
    WireFields.setI32(segment, offset + SEQ_OFFSET, seq);
    WireFields.setI32(segment, offset + ACK_OFFSET, ack);
    WireFields.setI32(
        segment, offset + DATA_OFFSET_OFFSET, (headerLength << 26) | (flags << 16) | window);
    WireFields.setI32(segment, offset + CHECKSUM_OFFSET, 0);
  }

  /** Fills in the checksum. */
  public static void setChecksum(MemorySegment segment, long offset, int checksum) {
    WireFields.setU16(segment, offset + CHECKSUM_OFFSET, checksum);
  }

  /** Sets {@link #URG} and the urgent pointer. */
  public static void setUrgent(MemorySegment segment, long offset, int urgentPointer) {
    WireFields.setU8(segment, offset + FLAGS_OFFSET, flags(segment, offset) | URG);
    setUrgentPointer(segment, offset, urgentPointer);
  }

  /** Fills in the urgent pointer. */
  public static void setUrgentPointer(MemorySegment segment, long offset, int urgentPointer) {
    WireFields.setU16(segment, offset + URGENT_OFFSET, urgentPointer);
  }
}
