package dev.sidestep.stack.tcp;

import dev.sidestep.stack.wire.TcpOptions;
import java.lang.foreign.MemorySegment;

/**
 * The options of a segment without SYN: timestamps, and on an ACK without text what has arrived out
 * of order or twice (Linux: tcp_established_options).
 */
final class SegmentOptions {

  private SegmentOptions() {}

  static int lengthBytes(TransmissionControlBlock tcb, int sackBlocks) {
    int timestamps = tcb.timestamps ? TcpOptions.TIMESTAMPS_LENGTH_BYTES : 0;
    return timestamps + TcpOptions.sackLength(sackBlocks);
  }

  /** SACK blocks that are due. */
  static int sackBlocks(TransmissionControlBlock tcb) {
    if (!tcb.sackPermitted) {
      return 0;
    }
    // 40 bytes of options hold four blocks, or three beside timestamps (RFC 2018 §3).
    int blocks = tcb.reassembly.count() + (tcb.duplicates.isEmpty() ? 0 : 1);
    return Math.min(blocks, tcb.timestamps ? 3 : 4);
  }

  /** Writes them; duplicates are reported once. */
  static void write(
      TransmissionControlBlock tcb, MemorySegment memory, long offset, int blocks, long nowNanos) {
    long at = offset;
    if (tcb.timestamps) {
      at += TcpOptions.writeTimestamps(memory, at, tcb.timestampClock(nowNanos), tcb.tsRecent);
    }
    if (blocks > 0) {
      writeSack(tcb, memory, at, blocks);
    }
  }

  /** RFC 2883 §4: first what came twice; RFC 2018 §4: then the block that grew last. */
  private static void writeSack(
      TransmissionControlBlock tcb, MemorySegment memory, long at, int blocks) {
    TcpOptions.writeSackHead(memory, at, blocks);
    int first = 0;
    if (!tcb.duplicates.isEmpty()) {
      DuplicateReport duplicates = tcb.duplicates;
      TcpOptions.writeSackBlock(memory, at, first++, duplicates.left(), duplicates.right());
      duplicates.clear();
    }
    int count = tcb.reassembly.count();
    int range = count == 0 ? 0 : tcb.reassembly.newest();
    for (int i = first; i < blocks; i++) {
      int left = SequenceNumber.atPosition(tcb.irs, tcb.reassembly.start(range));
      int right = SequenceNumber.atPosition(tcb.irs, tcb.reassembly.end(range));
      TcpOptions.writeSackBlock(memory, at, i, left, right);
      range = range + 1 < count ? range + 1 : 0;
    }
  }
}
