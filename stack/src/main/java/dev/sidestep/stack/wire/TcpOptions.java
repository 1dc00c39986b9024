package dev.sidestep.stack.wire;

import java.lang.foreign.MemorySegment;

/**
 * TCP options: end of list, no-operation and maximum segment size (RFC 9293 §3.2), window scale and
 * timestamps (RFC 7323), SACK-permitted and SACK (RFC 2018).
 *
 * <pre>
 *   kind 0, 1:  | kind |
 *   others:     | kind | length | length - 2 bytes of value ... |
 * </pre>
 */
public final class TcpOptions {

  /** Bytes of {@link #writeTimestamps}. */
  public static final int TIMESTAMPS_LENGTH_BYTES = 12;

  /** Largest shift the window scale may name (RFC 7323 §2.3). */
  public static final int MAX_WINDOW_SCALE = 14;

  private static final int KIND_END = 0;
  private static final int KIND_NOP = 1;
  private static final int KIND_MSS = 2;
  private static final int KIND_WINDOW_SCALE = 3;
  private static final int KIND_SACK_PERMITTED = 4;
  private static final int KIND_SACK = 5;
  private static final int KIND_TIMESTAMPS = 8;

  private static final int MSS_LENGTH = 4;
  private static final int WINDOW_SCALE_LENGTH = 3;
  private static final int SACK_PERMITTED_LENGTH = 2;
  private static final int TIMESTAMPS_LENGTH = 10;
  private static final int SACK_BLOCK_LENGTH = 8;

  private static final int MSS_WORD = (KIND_MSS << 24) | (MSS_LENGTH << 16);
  private static final int NOP_NOP = (KIND_NOP << 24) | (KIND_NOP << 16);
  private static final int TIMESTAMPS_HALF = (KIND_TIMESTAMPS << 8) | TIMESTAMPS_LENGTH;
  private static final int SACK_PERMITTED_HALF = (KIND_SACK_PERMITTED << 8) | SACK_PERMITTED_LENGTH;

  private TcpOptions() {}

  /**
   * Reads the options of a segment (MUST-4 to MUST-7). Unknown kinds are skipped by their length
   * (MUST-6); a known kind with a wrong length is skipped likewise; a length that is impossible
   * (MUST-7) ends the list, and what was read up to there counts, as in Linux. Never fails.
   *
   * @param offset where the options start
   * @param lengthBytes bytes of options, 0 to 40, all inside {@code segment}
   */
  public static void parse(
      MemorySegment segment, long offset, int lengthBytes, ParsedTcpOptions into) {
    into.clear();
    // Linux, and with it most of the world, sends exactly this on every segment after the SYN
    // (RFC 7323 appendix A).
    if (lengthBytes == TIMESTAMPS_LENGTH_BYTES
        && WireFields.i32(segment, offset) == (NOP_NOP | TIMESTAMPS_HALF)) {
      readTimestamps(segment, offset + 2, into);
      return;
    }
    parseList(segment, offset, offset + lengthBytes, into);
  }

  private static void parseList(
      MemorySegment segment, long offset, long end, ParsedTcpOptions into) {
    long at = offset;
    while (at < end) {
      int kind = WireFields.u8(segment, at);
      if (kind == KIND_END) {
        return;
      }
      if (kind == KIND_NOP) {
        at++;
        continue;
      }
      int length = at + 1 < end ? WireFields.u8(segment, at + 1) : 0;
      if (length < 2 || length > end - at) {
        return;
      }
      readOption(segment, at, kind, length, into);
      at += length;
    }
  }

  private static void readOption(
      MemorySegment segment, long at, int kind, int length, ParsedTcpOptions into) {
    if (kind == KIND_TIMESTAMPS && length == TIMESTAMPS_LENGTH) {
      readTimestamps(segment, at, into);
    } else if (kind == KIND_SACK) {
      readSackBlocks(segment, at, length, into);
    } else if (kind == KIND_MSS && length == MSS_LENGTH) {
      into.mssBytes = WireFields.u16(segment, at + 2);
    } else if (kind == KIND_WINDOW_SCALE && length == WINDOW_SCALE_LENGTH) {
      // RFC 7323 §2.3: use 14 for anything larger.
      into.windowScale = Math.min(WireFields.u8(segment, at + 2), MAX_WINDOW_SCALE);
    } else if (kind == KIND_SACK_PERMITTED && length == SACK_PERMITTED_LENGTH) {
      into.sackPermitted = true;
    }
  }

  private static void readTimestamps(MemorySegment segment, long at, ParsedTcpOptions into) {
    into.timestampPresent = true;
    into.timestampValue = WireFields.i32(segment, at + 2);
    into.timestampEchoReply = WireFields.i32(segment, at + 6);
  }

  private static void readSackBlocks(
      MemorySegment segment, long at, int length, ParsedTcpOptions into) {
    int count = (length - 2) / SACK_BLOCK_LENGTH;
    if (count == 0
        || count > ParsedTcpOptions.MAX_SACK_BLOCKS
        || (length - 2) % SACK_BLOCK_LENGTH != 0) {
      return;
    }
    for (int i = 0; i < count; i++) {
      long block = at + 2 + ((long) i * SACK_BLOCK_LENGTH);
      into.setSackBlock(i, WireFields.i32(segment, block), WireFields.i32(segment, block + 4));
    }
    into.sackBlockCount = count;
  }

  /**
   * Bytes that {@link #writeSyn} writes.
   *
   * @param windowScale the shift, or {@link ParsedTcpOptions#ABSENT} to leave the option out
   */
  public static int synLength(boolean sackPermitted, boolean timestamps, int windowScale) {
    int middle = timestamps ? TIMESTAMPS_LENGTH_BYTES : (sackPermitted ? 4 : 0);
    return MSS_LENGTH + middle + (windowScale == ParsedTcpOptions.ABSENT ? 0 : 4);
  }

  /**
   * Writes the options of a SYN or SYN-ACK in Linux's order and padding: MSS, SACK-permitted in the
   * place of the timestamps' padding, timestamps, NOP and window scale.
   *
   * @param windowScale the shift, or {@link ParsedTcpOptions#ABSENT} to leave the option out
   * @return bytes written, a multiple of 4
   */
  public static int writeSyn(
      MemorySegment segment,
      long offset,
      int mssBytes,
      boolean sackPermitted,
      boolean timestamps,
      int timestampValue,
      int timestampEchoReply,
      int windowScale) {
    WireFields.setI32(segment, offset, MSS_WORD | mssBytes);
    long at = offset + MSS_LENGTH;
    if (timestamps) {
      int padding = sackPermitted ? SACK_PERMITTED_HALF << 16 : NOP_NOP;
      writeTimestamps(segment, at, padding, timestampValue, timestampEchoReply);
      at += TIMESTAMPS_LENGTH_BYTES;
    } else if (sackPermitted) {
      WireFields.setI32(segment, at, NOP_NOP | SACK_PERMITTED_HALF);
      at += 4;
    }
    if (windowScale != ParsedTcpOptions.ABSENT) {
      int head = (KIND_NOP << 24) | (KIND_WINDOW_SCALE << 16) | (WINDOW_SCALE_LENGTH << 8);
      WireFields.setI32(segment, at, head | windowScale);
      at += 4;
    }
    return (int) (at - offset);
  }

  /**
   * Writes NOP, NOP and the timestamps option (RFC 7323 appendix A).
   *
   * @return bytes written: {@link #TIMESTAMPS_LENGTH_BYTES}
   */
  public static int writeTimestamps(
      MemorySegment segment, long offset, int timestampValue, int timestampEchoReply) {
    writeTimestamps(segment, offset, NOP_NOP, timestampValue, timestampEchoReply);
    return TIMESTAMPS_LENGTH_BYTES;
  }

  private static void writeTimestamps(
      MemorySegment segment, long offset, int padding, int value, int echoReply) {
    WireFields.setI32(segment, offset, padding | TIMESTAMPS_HALF);
    WireFields.setI32(segment, offset + 4, value);
    WireFields.setI32(segment, offset + 8, echoReply);
  }

  /** Bytes of a SACK option with {@code blocks} blocks and its padding; 0 for no block. */
  public static int sackLength(int blocks) {
    return blocks == 0 ? 0 : 4 + (blocks * SACK_BLOCK_LENGTH);
  }

  /**
   * Writes NOP, NOP and the head of a SACK option; {@link #writeSackBlock} fills in the blocks.
   *
   * @param blocks number of blocks, 1 to 4
   */
  public static void writeSackHead(MemorySegment segment, long offset, int blocks) {
    int length = 2 + (blocks * SACK_BLOCK_LENGTH);
    WireFields.setI32(segment, offset, NOP_NOP | (KIND_SACK << 8) | length);
  }

  /**
   * Writes block {@code index} of the SACK option whose {@link #writeSackHead} is at {@code
   * offset}.
   */
  public static void writeSackBlock(
      MemorySegment segment, long offset, int index, int leftEdge, int rightEdge) {
    long at = offset + 4 + ((long) index * SACK_BLOCK_LENGTH);
    WireFields.setI32(segment, at, leftEdge);
    WireFields.setI32(segment, at + 4, rightEdge);
  }
}
