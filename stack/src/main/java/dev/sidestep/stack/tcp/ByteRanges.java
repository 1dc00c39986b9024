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

  /** Enough for a window of 4 MiB in which every fifth full segment was lost. */
  static final int MAX_RANGES = 256;

  private static final int INITIAL_RANGES = 4;

  private long[] starts = new long[INITIAL_RANGES];
  private long[] ends = new long[INITIAL_RANGES];
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

  /** Bytes in all ranges from {@code position} on. */
  long bytesFrom(long position) {
    long bytes = 0;
    for (int i = count - 1; i >= 0 && ends[i] > position; i--) {
      bytes += ends[i] - Math.max(starts[i], position);
    }
    return bytes;
  }

  /** Forgets everything, and the memory that many ranges took. */
  void reset() {
    clear();
    if (starts.length > INITIAL_RANGES) {
      starts = new long[INITIAL_RANGES];
      ends = new long[INITIAL_RANGES];
    }
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
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
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
