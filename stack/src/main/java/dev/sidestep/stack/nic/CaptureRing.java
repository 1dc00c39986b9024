package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pcap records on their way from one queue's owner to the capture file. A frame costs its owner one
 * copy; a frame that finds no room is counted as missed and the network goes on undelayed.
 *
 * <pre>
 *        head                 tail             staged
 *   ------|====================|----------------|-------
 *  written    to be written      not yet known    free
 *                                to be sent
 * </pre>
 *
 * <p>Threads: one producer at a time (the queue's owner), one consumer at a time.
 */
final class CaptureRing {

  /** About 2,700 full frames: 30 ms of a busy 1 Gbit/s link, many times the writer's period. */
  static final int CAPACITY_BYTES = 1 << 22;

  /** Most frames staged between two commits. */
  static final int MAX_STAGED_FRAMES = 64;

  private static final int OFFSET_MASK = CAPACITY_BYTES - 1;
  private static final int RECORD_HEADER_BYTES = 16;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int CACHE_LINE_BYTES = 64;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  // The collector frees them: a producer may still be at work when the capture is closed.
  private final MemorySegment memory = Arena.ofAuto().allocate(CAPACITY_BYTES, CACHE_LINE_BYTES);
  private final MemorySegment recordHeader = Arena.ofAuto().allocate(RECORD_HEADER_BYTES);
  private final ByteBuffer bytes = memory.asByteBuffer();

  private final AtomicLong head = new AtomicLong();
  private final AtomicLong tail = new AtomicLong();
  private final AtomicLong missedFrames = new AtomicLong();

  private final long[] stagedEnds = new long[MAX_STAGED_FRAMES];
  private int stagedFrames;
  private long stagedTail;

  /** Producer: copies a frame in; {@link #commit} tells whether it was sent after all. */
  void stage(PacketBuffer frame, long epochNanos) {
    int captured = Math.min(frame.length(), PcapCapture.SNAP_LENGTH_BYTES);
    long end = stagedTail + RECORD_HEADER_BYTES + captured;
    if (end - head.getAcquire() <= CAPACITY_BYTES) {
      recordHeader.set(INT, 0, (int) (epochNanos / NANOS_PER_SECOND));
      recordHeader.set(INT, 4, (int) (epochNanos % NANOS_PER_SECOND));
      recordHeader.set(INT, 8, captured);
      recordHeader.set(INT, 12, frame.length());
      put(stagedTail, recordHeader, 0, RECORD_HEADER_BYTES);
      put(stagedTail + RECORD_HEADER_BYTES, frame.memory(), frame.offset(), captured);
      stagedTail = end;
    }
    stagedEnds[stagedFrames++] = stagedTail;
  }

  /** Producer: the first {@code frames} of the staged frames count, the rest is forgotten. */
  void commit(int frames) {
    long end = tail.getPlain();
    long missed = 0;
    for (int i = 0; i < frames; i++) {
      // A frame that did not fit has left the end where it was.
      missed += stagedEnds[i] == end ? 1 : 0;
      end = stagedEnds[i];
    }
    tail.setRelease(end);
    if (missed > 0) {
      missedFrames.setOpaque(missedFrames.getPlain() + missed);
    }
    stagedTail = end;
    stagedFrames = 0;
  }

  private void put(long position, MemorySegment source, long sourceOffset, int lengthBytes) {
    int at = (int) position & OFFSET_MASK;
    int untilWrap = Math.min(lengthBytes, CAPACITY_BYTES - at);
    MemorySegment.copy(source, sourceOffset, memory, at, untilWrap);
    MemorySegment.copy(source, sourceOffset + untilWrap, memory, 0, lengthBytes - untilWrap);
  }

  /** Consumer: writes everything committed. */
  void drainTo(WritableByteChannel channel) throws IOException {
    long from = head.getPlain();
    long to = tail.getAcquire();
    while (from < to) {
      int at = (int) from & OFFSET_MASK;
      int count = (int) Math.min(to - from, CAPACITY_BYTES - at);
      bytes.limit(at + count).position(at);
      from += channel.write(bytes);
      head.setRelease(from);
    }
  }

  /** Frames that found no room; any thread. */
  long missedFrames() {
    return missedFrames.getOpaque();
  }
}
