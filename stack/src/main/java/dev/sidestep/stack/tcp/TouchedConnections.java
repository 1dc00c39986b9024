package dev.sidestep.stack.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The connections that the end of this poll has something to do for, each once. Those for which it
 * could not be done, because there was no packet buffer or no room in a queue or ring, are added
 * again, in the same order, until there is (Linux: TSQ): a shortage of our own is not a loss on the
 * network, so it costs neither a timeout nor a congestion window.
 */
final class TouchedConnections {

  private @Nullable ConnectionEntry[] list = new ConnectionEntry[64];
  private int size;

  /** Places taken out from the front and not removed yet. */
  private int taken;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void add(ConnectionEntry entry) {
    if (entry.touched) {
      return;
    }
    if (size == list.length) {
      list = Arrays.copyOf(list, 2 * size);
    }
    list[size++] = entry;
    entry.touched = true;
  }

  /** Takes out the next connection, which may then be added again, behind all others. */
  ConnectionEntry take() {
    ConnectionEntry entry = list[taken];
    assert entry != null;
    list[taken++] = null;
    entry.touched = false;
    return entry;
  }

  /** Forgets the places of those that were taken. */
  void removeTaken() {
    int count = taken;
    taken = 0;
    System.arraycopy(list, count, list, 0, size - count);
    Arrays.fill(list, size - count, size, null);
    size -= count;
  }
}
