package dev.sidestep.stack.socket;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The queues that wait until they may hold more, by the level of free memory at which they may. A
 * page given back costs one look at a word while nobody waits, or while there is too little for
 * those who do.
 *
 * <p>Threads: any. Whoever waits enters first and looks at the memory then; whoever gives a page
 * back looks for waiters then: one of the two sees the other.
 */
final class MemoryWaiters {

  private final SocketMemory memory;

  /** By level; guarded by this object's monitor, which nothing else happens under. */
  private final List<Set<SocketSendQueue>> byLevel = new ArrayList<>();

  /** One bit per level at which somebody waits. */
  private volatile int levels;

  MemoryWaiters(SocketMemory memory) {
    this.memory = memory;
    for (int i = 0; i <= SocketMemory.HIGHEST_LEVEL; i++) {
      byLevel.add(new LinkedHashSet<>(0));
    }
  }

  void add(SocketSendQueue queue, int bytes) {
    int level = 0;
    while (SocketMemory.allowanceBytes(level) < bytes) {
      level++;
    }
    synchronized (this) {
      byLevel.get(level).add(queue);
      levels |= 1 << level;
    }
    memoryGiven();
  }

  synchronized void remove(SocketSendQueue queue) {
    byLevel.forEach(waiting -> waiting.remove(queue));
  }

  /** Tells those who wait for no more than there is now. */
  void memoryGiven() {
    if (levels != 0 && dueLevels() != 0) {
      takeDue().forEach(SocketSendQueue::memoryAllowed);
    }
  }

  private int dueLevels() {
    return levels & ((1 << (memory.level() + 1)) - 1);
  }

  private synchronized List<SocketSendQueue> takeDue() {
    List<SocketSendQueue> due = new ArrayList<>();
    int dueLevels = dueLevels();
    for (int level = 0; level < byLevel.size(); level++) {
      if ((dueLevels & (1 << level)) != 0) {
        due.addAll(byLevel.get(level));
        byLevel.get(level).clear();
      }
    }
    levels &= ~dueLevels;
    return due;
  }
}
