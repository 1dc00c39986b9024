package dev.sidestep.stack.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The connections that the end of this poll has something to do for, each once. */
final class TouchedConnections {

  private @Nullable TransmissionControlBlock[] list = new TransmissionControlBlock[64];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void add(TransmissionControlBlock tcb) {
    if (tcb.touched) {
      return;
    }
    tcb.touched = true;
    if (size == list.length) {
      list = Arrays.copyOf(list, 2 * size);
    }
    list[size++] = tcb;
  }

  /** Takes out the connection at {@code index}, which may then be added again. */
  TransmissionControlBlock take(int index) {
    TransmissionControlBlock tcb = list[index];
    assert tcb != null;
    list[index] = null;
    tcb.touched = false;
    return tcb;
  }

  /** Forgets the first {@code count} places, all of which were taken. */
  void removeTaken(int count) {
    System.arraycopy(list, count, list, 0, size - count);
    Arrays.fill(list, size - count, size, null);
    size -= count;
  }
}
