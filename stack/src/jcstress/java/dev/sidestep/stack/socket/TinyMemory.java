package dev.sidestep.stack.socket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Socket memory of one mebibyte for each state, used again when its test is over. */
final class TinyMemory {

  private static final ConcurrentLinkedQueue<SocketMemory> UNUSED = new ConcurrentLinkedQueue<>();

  /** All memories are this one in truth: many states are alive at once. */
  private static final MemorySegment MEBIBYTE = Arena.global().allocate(1 << 20);

  private TinyMemory() {}

  private static final class OneMebibyte implements Arena {
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      return MEBIBYTE;
    }

    @Override
    public MemorySegment.Scope scope() {
      return MEBIBYTE.scope();
    }

    @Override
    public void close() {
      // It is everybody's.
    }
  }

  static SocketMemory take() {
    @Nullable SocketMemory memory = UNUSED.poll();
    return memory != null ? memory : new SocketMemory(new OneMebibyte(), 1);
  }

  /** Nothing of it may be in use. */
  static void giveBack(SocketMemory memory) {
    if (memory.usedBytes() == 0) {
      UNUSED.add(memory);
    }
  }
}
