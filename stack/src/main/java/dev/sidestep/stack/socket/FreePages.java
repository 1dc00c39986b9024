package dev.sidestep.stack.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pages nobody uses, as a stack (Treiber's): the page used last goes out first, while it is
 * still in the processor's cache. A queue would send every page of the process round in turn.
 *
 * <p>The top is a page's number together with a count of changes, so that a thread that was held up
 * between looking at the top and replacing it notices when the same page has been taken and given
 * back meanwhile.
 *
 * <p>Threads: any; lock-free.
 */
final class FreePages {

  private static final int NONE = -1;
  private static final int INITIAL_PAGES = 16;
  private static final long NUMBER_MASK = 0xffff_ffffL;
  private static final int CHANGES_SHIFT = 32;

  private static final VarHandle TOP;

  static {
    try {
      TOP = MethodHandles.lookup().findVarHandle(FreePages.class, "top", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** By number. */
  private volatile @Nullable Page[] pages = new Page[INITIAL_PAGES];

  private volatile long top = NUMBER_MASK;

  /** Makes a page known before it is first pushed. One thread at a time. */
  void admit(Page page) {
    @Nullable Page[] current = pages;
    if (page.number >= current.length) {
      current = Arrays.copyOf(current, Math.max(page.number + 1, 2 * current.length));
    }
    current[page.number] = page;
    pages = current;
  }

  /** Puts a page on top, which nobody may look at any more. */
  void push(Page page) {
    long seen;
    do {
      seen = top;
      Page below = pageAt(seen);
      page.belowNumber = below == null ? NONE : below.number;
      page.depth = below == null ? 1 : below.depth + 1;
    } while (!TOP.compareAndSet(this, seen, changed(seen, page.number)));
  }

  /** Takes the page on top off, or returns null if there is none. */
  @Nullable Page pop() {
    long seen;
    Page page;
    do {
      seen = top;
      page = pageAt(seen);
      if (page == null) {
        return null;
      }
    } while (!TOP.compareAndSet(this, seen, changed(seen, page.belowNumber)));
    return page;
  }

  /** Number of pages; of the recent past while others push and pop. */
  int size() {
    Page page = pageAt(top);
    return page == null ? 0 : page.depth;
  }

  private @Nullable Page pageAt(long seen) {
    int number = (int) seen;
    return number == NONE ? null : pages[number];
  }

  private static long changed(long seen, int number) {
    return (((seen >>> CHANGES_SHIFT) + 1) << CHANGES_SHIFT) | (number & NUMBER_MASK);
  }
}
