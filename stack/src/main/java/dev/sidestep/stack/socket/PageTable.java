package dev.sidestep.stack.socket;

import org.jspecify.annotations.Nullable;

/**
 * Which page holds which part of a byte stream: page {@code n} holds {@link Page#SIZE_BYTES} of its
 * bytes from {@code n} times as many behind its origin on. A power-of-two ring of slots that the
 * writing side grows; the reading side reads it after it has seen the position that the writing
 * side published.
 *
 * <p>Threads: one writing thread changes it; one reading thread calls {@link #get} for pages below
 * the published position only.
 */
final class PageTable {

  private static final int INITIAL_SLOTS = 2;
  private static final @Nullable Page[] NO_SLOTS = new Page[0];

  private volatile @Nullable Page[] slots = NO_SLOTS;

  /** The page that holds stream page {@code pageNumber}; it must be there. */
  Page get(long pageNumber) {
    @Nullable Page[] current = slots;
    Page page = current[(int) pageNumber & (current.length - 1)];
    if (page == null) {
      throw new IllegalStateException("no page " + pageNumber);
    }
    return page;
  }

  /** The page of {@code pageNumber}, or null if there is none. Writing side only. */
  @Nullable Page find(long firstPage, long pageNumber) {
    @Nullable Page[] current = slots;
    boolean inside = pageNumber - firstPage < current.length;
    return inside ? current[(int) pageNumber & (current.length - 1)] : null;
  }

  /**
   * Puts {@code page} in. All pages in the table lie between {@code firstPage} and {@code
   * pageNumber} or the highest put so far. Writing side only.
   */
  void put(long firstPage, long pageNumber, Page page) {
    @Nullable Page[] current = slots;
    long span = pageNumber - firstPage + 1;
    if (span > current.length) {
      current = grow(current, firstPage, span);
    }
    current[(int) pageNumber & (current.length - 1)] = page;
  }

  private @Nullable Page[] grow(@Nullable Page[] old, long firstPage, long span) {
    int length = Math.max(INITIAL_SLOTS, Integer.highestOneBit((int) span - 1) << 1);
    @Nullable Page[] grown = new Page[length];
    for (long n = firstPage; n < firstPage + old.length; n++) {
      grown[(int) n & (length - 1)] = old[(int) n & (old.length - 1)];
    }
    slots = grown;
    return grown;
  }

  /** Forgets the pages from {@code firstPage} to {@code lastPage}. Writing side only. */
  void forget(long firstPage, long lastPage) {
    @Nullable Page[] current = slots;
    for (long number = firstPage; number <= lastPage && current.length > 0; number++) {
      current[(int) number & (current.length - 1)] = null;
    }
  }

  /** Gives every page back and drops the slots. Writing side, when nobody reads. */
  void clear(SocketMemory memory) {
    @Nullable Page[] current = slots;
    slots = NO_SLOTS;
    for (Page page : current) {
      if (page != null) {
        memory.give(page);
      }
    }
  }
}
