package dev.sidestep.stack.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a shard: a binary heap with one place per connection, whatever number of deadlines
 * the connection has.
 *
 * <p>It is lazy: a deadline that moves away leaves the entry where it is, and when the entry comes
 * up too early it is put in again. A busy connection moves its retransmission deadline with each
 * ACK, and so costs one heap operation per RTO, not per segment.
 */
final class TimerHeap {

  private static final int INITIAL_CAPACITY = 64;

  private @Nullable TimerEntry[] heap = new TimerEntry[INITIAL_CAPACITY];
  private int size;

  int size() {
    return size;
  }

  /** When the earliest entry is to be looked at. */
  long nextNanos() {
    return size == 0 ? TimerEntry.NEVER : at(0).scheduledNanos;
  }

  /** Makes sure that {@code entry} comes up at {@code deadlineNanos} or earlier. */
  void schedule(TimerEntry entry, long deadlineNanos) {
    if (entry.heapIndex < 0) {
      if (deadlineNanos == TimerEntry.NEVER) {
        return;
      }
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, 2 * size);
      }
      entry.scheduledNanos = deadlineNanos;
      siftUp(entry, size++);
    } else if (deadlineNanos < entry.scheduledNanos) {
      entry.scheduledNanos = deadlineNanos;
      siftUp(entry, entry.heapIndex);
    }
  }

  /**
   * Takes out the earliest entry whose real deadline has come, or returns null when there is none.
   */
  @Nullable TimerEntry pollExpired(long nowNanos) {
    while (size > 0 && at(0).scheduledNanos <= nowNanos) {
      TimerEntry first = at(0);
      long deadline = first.deadlineNanos();
      if (deadline <= nowNanos) {
        remove(first);
        return first;
      }
      if (deadline == TimerEntry.NEVER) {
        remove(first);
      } else {
        first.scheduledNanos = deadline;
        siftDown(first, 0);
      }
    }
    return null;
  }

  /** Takes {@code entry} out, if it is in. */
  void remove(TimerEntry entry) {
    int hole = entry.heapIndex;
    if (hole < 0) {
      return;
    }
    entry.heapIndex = -1;
    TimerEntry last = at(--size);
    heap[size] = null;
    if (last != entry) {
      siftDown(last, hole);
      if (last.heapIndex == hole) {
        siftUp(last, hole);
      }
    }
  }

  private TimerEntry at(int index) {
    TimerEntry entry = heap[index];
    assert entry != null;
    return entry;
  }

  private void put(TimerEntry entry, int index) {
    heap[index] = entry;
    entry.heapIndex = index;
  }

  private void siftUp(TimerEntry entry, int from) {
    int index = from;
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      TimerEntry above = at(parent);
      if (above.scheduledNanos <= entry.scheduledNanos) {
        break;
      }
      put(above, index);
      index = parent;
    }
    put(entry, index);
  }

  private void siftDown(TimerEntry entry, int from) {
    int index = from;
    while (true) {
      int child = (2 * index) + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && at(child + 1).scheduledNanos < at(child).scheduledNanos) {
        child++;
      }
      TimerEntry below = at(child);
      if (entry.scheduledNanos <= below.scheduledNanos) {
        break;
      }
      put(below, index);
      index = child;
    }
    put(entry, index);
  }
}
