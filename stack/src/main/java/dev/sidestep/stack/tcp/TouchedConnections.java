package dev.sidestep.stack.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The connections that the end of this poll has something to do for, each once. */
final class TouchedConnections {

  private @Nullable TransmissionControlBlock[] list = new TransmissionControlBlock[64];
  private int size;

  /** Places taken out from the front and not removed yet. */
  private int taken;

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
    if (size == list.length) {
      list = Arrays.copyOf(list, 2 * size);
    }
    list[size++] = tcb;
    tcb.touched = true;
  }

  /** Takes out the next connection, which may then be added again, behind all others. */
  TransmissionControlBlock take() {
    TransmissionControlBlock tcb = list[taken];
    assert tcb != null;
    list[taken++] = null;
    tcb.touched = false;
    return tcb;
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
