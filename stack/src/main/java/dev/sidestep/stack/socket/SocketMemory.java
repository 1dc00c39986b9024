package dev.sidestep.stack.socket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
  private final FreePages freePages;
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
    this.freePages = new FreePages(limitPages);
  }

  /** A page, or {@code null} when the limit is reached. */
  @Nullable Page take() {
    Page page = freePages.pop();
    return page != null || grownPages >= limitPages ? page : takeAfterGrowing();
  }

  /** Takes back a page nobody looks at any more. */
  void give(Page page) {
    freePages.push(page);
  }

  private synchronized @Nullable Page takeAfterGrowing() {
    Page page = freePages.pop();
    if (page != null || grownPages >= limitPages) {
      return page;
    }
    int count = Math.min(CHUNK_PAGES, limitPages - grownPages);
    MemorySegment chunk = arena.allocate((long) count * Page.SIZE_BYTES, CACHE_LINE_BYTES);
    int firstNumber = grownPages;
    grownPages += count;
    for (int i = 1; i < count; i++) {
      give(page(chunk, i, firstNumber + i));
    }
    return page(chunk, 0, firstNumber);
  }

  private static Page page(MemorySegment chunk, int index, int number) {
    return new Page(number, chunk.asSlice((long) index * Page.SIZE_BYTES, Page.SIZE_BYTES));
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
