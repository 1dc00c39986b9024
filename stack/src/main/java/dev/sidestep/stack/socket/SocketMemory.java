package dev.sidestep.stack.socket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The memory of all socket queues: pages handed out only while they hold bytes, with one limit for
 * the whole process whatever a single peer does (Linux: tcp_mem).
 *
 * <p>Threads: any. Taking and giving back are lock-free; only growing takes a lock.
 */
public final class SocketMemory {

  private static final int CHUNK_PAGES = 64;
  private static final int CACHE_LINE_BYTES = 64;

  private final Arena arena;
  private final MpmcVarHandleArrayQueue<Page> freePages;
  private final int limitPages;
  private volatile int grownPages;

  /**
   * Memory that grows up to {@code limitBytes} (at least one chunk of 1 MiB) and lives as long as
   * {@code arena}, which must be usable from all threads.
   */
  public SocketMemory(Arena arena, long limitBytes) {
    this.arena = arena;
    long pages = Math.max(limitBytes / Page.SIZE_BYTES, CHUNK_PAGES);
    this.limitPages = (int) Math.min(pages, 1 << 24);
    this.freePages = new MpmcVarHandleArrayQueue<>(limitPages);
  }

  /** A page, or {@code null} when the limit is reached. */
  @Nullable Page take() {
    Page page = freePages.poll();
    return page != null || grownPages >= limitPages ? page : takeAfterGrowing();
  }

  /** Takes back a page nobody looks at any more. */
  void give(Page page) {
    if (!freePages.offer(page)) {
      throw new IllegalStateException("more pages given back than were made");
    }
  }

  private synchronized @Nullable Page takeAfterGrowing() {
    Page page = freePages.poll();
    if (page != null || grownPages >= limitPages) {
      return page;
    }
    int count = Math.min(CHUNK_PAGES, limitPages - grownPages);
    MemorySegment chunk = arena.allocate((long) count * Page.SIZE_BYTES, CACHE_LINE_BYTES);
    grownPages += count;
    for (int i = 1; i < count; i++) {
      give(new Page(chunk.asSlice((long) i * Page.SIZE_BYTES, Page.SIZE_BYTES)));
    }
    return new Page(chunk.asSlice(0, Page.SIZE_BYTES));
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
