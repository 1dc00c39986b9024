package dev.sidestep.stack.socket;

import java.lang.foreign.Arena;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Socket memory of one mebibyte for each state, used again when its test is over. */
final class TinyMemory {

  private static final ConcurrentLinkedQueue<SocketMemory> UNUSED = new ConcurrentLinkedQueue<>();

  private TinyMemory() {}

  static SocketMemory take() {
    @Nullable SocketMemory memory = UNUSED.poll();
    return memory != null ? memory : new SocketMemory(Arena.ofAuto(), 1);
  }

  /** Nothing of it may be in use. */
  static void giveBack(SocketMemory memory) {
    if (memory.usedBytes() == 0) {
      UNUSED.add(memory);
    }
  }
}
