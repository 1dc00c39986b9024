package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Frames ordered by the time they are due, and by arrival where that is the same: a binary heap of
 * fixed capacity in parallel arrays.
 */
final class HeldFrames {

  private final @Nullable PacketBuffer[] frames;
  private final long[] dueNanos;
  private final long[] arrivals;
  private long nextArrival;
  private int size;

  HeldFrames(int capacity) {
    frames = new PacketBuffer[capacity];
    dueNanos = new long[capacity];
    arrivals = new long[capacity];
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** When the first frame is due; there must be one. */
  long firstDueNanos() {
    return dueNanos[0];
  }

  /** Adds a frame; false when there is no room. */
  boolean add(PacketBuffer frame, long due) {
    if (size == frames.length) {
      return false;
    }
    int at = size++;
    long arrival = nextArrival++;
    while (at > 0 && isBefore(due, arrival, (at - 1) >>> 1)) {
      move((at - 1) >>> 1, at);
      at = (at - 1) >>> 1;
    }
    set(at, frame, due, arrival);
    return true;
  }

  /** Takes the first frame out; there must be one. */
  PacketBuffer remove() {
    PacketBuffer first = frame(0);
    int last = --size;
    PacketBuffer moved = frame(last);
    frames[last] = null;
    if (last > 0) {
      sink(moved, dueNanos[last], arrivals[last]);
    }
    return first;
  }

  private void sink(PacketBuffer frame, long due, long arrival) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && isBefore(dueNanos[child + 1], arrivals[child + 1], child)) {
        child++;
      }
      if (isBefore(due, arrival, child)) {
        break;
      }
      move(child, at);
      at = child;
    }
    set(at, frame, due, arrival);
  }

  private boolean isBefore(long due, long arrival, int other) {
    return due < dueNanos[other] || (due == dueNanos[other] && arrival < arrivals[other]);
  }

  private void move(int from, int to) {
    set(to, frame(from), dueNanos[from], arrivals[from]);
  }

  private void set(int at, PacketBuffer frame, long due, long arrival) {
    frames[at] = frame;
    dueNanos[at] = due;
    arrivals[at] = arrival;
  }

  private PacketBuffer frame(int index) {
    PacketBuffer frame = frames[index];
    if (frame == null) {
      throw new IllegalStateException("no frame " + index);
    }
    return frame;
  }
}
