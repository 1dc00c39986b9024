package dev.sidestep.stack.socket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The memory of all socket queues: pages handed out only while they hold bytes, with one limit for
 * the whole process whatever its peers do (Linux: tcp_mem).
 *
 * <p>The more of it is in use, the less may any one queue hold: each twelfth halves the {@link
 * #allowanceBytes() allowance}, down to the least that a socket can always queue. So those who hold
 * most stop growing first, and however many of them never give anything back, there is something
 * left for whoever comes next. Linux divides what it has among the sockets, which leaves nothing.
 *
 * <p>Threads: any. Taking and giving back are lock-free; only growing takes a lock.
 */
public final class SocketMemory {

  /** Linux: the first of tcp_rmem and tcp_wmem. */
  static final int LEAST_ALLOWANCE_BYTES = 4096;

  /** So much of the memory is free that a queue's own capacity is the only limit. */
  static final int HIGHEST_LEVEL = 11;

  private static final int PARTS = HIGHEST_LEVEL + 1;
  private static final int CHUNK_PAGES = (1 << 20) / Page.SIZE_BYTES;
  private static final int MAX_PAGES = 1 << 28;
  private static final int CACHE_LINE_BYTES = 64;

  private final Arena arena;
  private final FreePages freePages = new FreePages();
  private final MemoryWaiters waiters = new MemoryWaiters(this);
  private final int limitPages;
  private final int partPages;
  private volatile int grownPages;

  /**
   * Memory that grows up to {@code limitBytes} (at least one chunk of 1 MiB) and lives as long as
   * {@code arena}, which must be usable from all threads.
   */
  public SocketMemory(Arena arena, long limitBytes) {
    this.arena = arena;
    long pages = Math.max(limitBytes / Page.SIZE_BYTES, CHUNK_PAGES);
    this.limitPages = (int) Math.min(pages, MAX_PAGES);
    this.partPages = limitPages / PARTS;
  }

  /**
   * A page for a queue that holds {@code heldBytes}, or {@code null} if it cannot have one: the
   * last part of the memory is for those that hold less than the least allowance.
   */
  @Nullable Page take(long heldBytes) {
    if (heldBytes >= LEAST_ALLOWANCE_BYTES && availablePages() < partPages) {
      return null;
    }
    Page page = freePages.pop();
    return page != null || grownPages >= limitPages ? page : takeAfterGrowing();
  }

  /** Takes back a page nobody looks at any more. */
  void give(Page page) {
    freePages.push(page);
    waiters.memoryGiven();
  }

  private synchronized @Nullable Page takeAfterGrowing() {
    Page page = freePages.pop();
    if (page != null || grownPages >= limitPages) {
      return page;
    }
    int count = Math.min(CHUNK_PAGES, limitPages - grownPages);
    MemorySegment chunk = arena.allocate((long) count * Page.SIZE_BYTES, CACHE_LINE_BYTES);
    Page first = admit(chunk, 0);
    for (int i = 1; i < count; i++) {
      freePages.push(admit(chunk, i));
    }
    return first;
  }

  private Page admit(MemorySegment chunk, int index) {
    MemorySegment part = chunk.asSlice((long) index * Page.SIZE_BYTES, Page.SIZE_BYTES);
    Page admitted = new Page(grownPages, part);
    freePages.admit(admitted);
    grownPages = admitted.number + 1;
    return admitted;
  }

  /** What any one queue may hold at the moment, besides what its own capacity says. */
  int allowanceBytes() {
    int level = level();
    return level < 0 ? 0 : allowanceBytes(level);
  }

  /** What a queue may hold while {@code level} whole parts of the memory are free. */
  static int allowanceBytes(int level) {
    return level < HIGHEST_LEVEL ? LEAST_ALLOWANCE_BYTES << level : Integer.MAX_VALUE;
  }

  /** How many parts of the memory are free, rounded down; -1 if nothing is. */
  int level() {
    if (grownPages <= partPages) {
      // Without a look at what is in use: most programs never need more.
      return HIGHEST_LEVEL;
    }
    int available = availablePages();
    return available <= 0 ? -1 : Math.min(available / partPages, HIGHEST_LEVEL);
  }

  private int availablePages() {
    return limitPages - grownPages + freePages.size();
  }

  /** Has {@code queue} told, on any thread, when it may hold {@code bytes}: perhaps at once. */
  void callWhenAllowed(SocketSendQueue queue, int bytes) {
    waiters.add(queue, bytes);
  }

  /** The queue does not want to be told any more. */
  void forget(SocketSendQueue queue) {
    waiters.remove(queue);
  }

  /** Bytes in pages that some queue holds at the moment; approximate while others work. */
  public long usedBytes() {
    return (long) (grownPages - freePages.size()) * Page.SIZE_BYTES;
  }

  /** The limit in bytes. */
  public long limitBytes() {
    return (long) limitPages * Page.SIZE_BYTES;
  }
}
