package dev.sidestep.stack.tcp;

import java.util.Arrays;

/**
 * A bounded set of bytes of a stream: disjoint ranges of positions, none touching another, in
 * order. It holds what has arrived ahead of RCV.NXT, whose bytes lie at their place in the receive
 * queue, and what the peer says has arrived ahead of SND.UNA.
 *
 * <p>The bound makes a peer that leaves a hole behind each byte (SegmentSmack, SACK Panic) neither
 * slow nor big.
 */
final class ByteRanges {

  /** Enough for a window of 32 MiB in which every twentieth full segment was lost. */
  static final int MAX_RANGES = 1024;

  private static final int INITIAL_RANGES = 4;
  private static final long[] NOTHING = new long[0];

  private long[] starts = NOTHING;
  private long[] ends = NOTHING;
  private int count;

  /** Start of the range that grew last. */
  private long newestStart;

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  long start(int index) {
    return starts[index];
  }

  long end(int index) {
    return ends[index];
  }

  /** The index of the range that grew last; only while not empty. */
  int newest() {
    return Math.min(firstEndingAtOrAfter(newestStart + 1), count - 1);
  }

  /**
   * Adds the bytes from {@code start} up to but not including {@code end}.
   *
   * @return false if there would be too many ranges; nothing is changed then
   */
  boolean add(long start, long end) {
    int first = firstEndingAtOrAfter(start);
    int behind = first;
    long mergedStart = start;
    long mergedEnd = end;
    while (behind < count && starts[behind] <= end) {
      mergedStart = Math.min(mergedStart, starts[behind]);
      mergedEnd = Math.max(mergedEnd, ends[behind]);
      behind++;
    }
    if (behind == first) {
      if (count == MAX_RANGES) {
        return false;
      }
      openGap(first);
    } else {
      closeGap(first + 1, behind);
    }
    starts[first] = mergedStart;
    ends[first] = mergedEnd;
    newestStart = mergedStart;
    return true;
  }

  /**
   * Removes what {@code position}, up to which everything has now arrived, reaches.
   *
   * @return the position up to which everything has arrived, ranges included
   */
  long advance(long position) {
    long reached = position;
    int behind = 0;
    while (behind < count && starts[behind] <= reached) {
      reached = Math.max(reached, ends[behind]);
      behind++;
    }
    closeGap(0, behind);
    return reached;
  }

  /** Forgets everything. */
  void clear() {
    count = 0;
  }

  /** Whether one range holds all bytes from {@code start} up to {@code end}. */
  boolean contains(long start, long end) {
    int index = firstEndingAtOrAfter(end);
    return index < count && starts[index] <= start;
  }

  /** Whether {@link #add} would find room. */
  boolean hasRoomFor(long start, long end) {
    int index = firstEndingAtOrAfter(start);
    return count < MAX_RANGES || (index < count && starts[index] <= end);
  }

  /** The first byte at or after {@code position} that is not in the set. */
  long firstMissing(long position) {
    int index = firstEndingAtOrAfter(position + 1);
    return index < count && starts[index] <= position ? ends[index] : position;
  }

  /**
   * Where the first range after {@code position}, which is in none, starts; at most {@code end}.
   */
  long nextStart(long position, long end) {
    int index = firstEndingAtOrAfter(position + 1);
    return index < count ? Math.min(starts[index], end) : end;
  }

  /** The start of the range that ends at {@code position}, or {@code position}. */
  long startOfRun(long position) {
    int index = firstEndingAtOrAfter(position);
    return index < count && ends[index] == position ? starts[index] : position;
  }

  /** The end of the range that starts at {@code position}, or {@code position}. */
  long endOfRun(long position) {
    int index = firstEndingAtOrAfter(position + 1);
    return index < count && starts[index] == position ? ends[index] : position;
  }

  /** Forgets everything, and gives the memory back. */
  void reset() {
    clear();
    starts = NOTHING;
    ends = NOTHING;
  }

  /** Binary search: index of the first range with an end at or after {@code position}. */
  private int firstEndingAtOrAfter(long position) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends[middle] < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void openGap(int index) {
    if (count == starts.length) {
      int capacity = Math.max(INITIAL_RANGES, 2 * count);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
    }
    System.arraycopy(starts, index, starts, index + 1, count - index);
    System.arraycopy(ends, index, ends, index + 1, count - index);
    count++;
  }

  private void closeGap(int from, int to) {
    System.arraycopy(starts, to, starts, from, count - to);
    System.arraycopy(ends, to, ends, from, count - to);
    count -= to - from;
  }
}
