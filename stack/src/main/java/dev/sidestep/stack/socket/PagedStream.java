package dev.sidestep.stack.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A byte stream between one writing and one reading thread, held in pages that are taken when bytes
 * arrive and given back when the last byte in them was read: an empty stream holds none. Positions
 * count bytes from the start of the stream and never wrap.
 *
 * <pre>
 *   origin     head                    tail
 *   --|---------|=======================|-------------
 *        read     written, not read       free
 * </pre>
 *
 * <p>The writing side alone takes pages and changes the {@link PageTable}; the reading side gives
 * pages back, before it publishes {@code head} beyond them. A slot whose page was given back stays
 * filled until the writing side, having seen {@code head}, forgets it: it does so before it looks
 * at any slot.
 *
 * <p>The page that {@code tail} lies in belongs to both. The word that holds {@code tail} says what
 * becomes of it: while the writing side is at work there, or has put bytes ahead of {@code tail},
 * the word is pinned; the reading side that has read everything and finds it unpinned turns it into
 * released with one compare-and-set and gives the page back. After that the stream goes on with a
 * new page, from its first byte on, so that small messages use the same few cache lines again and
 * again. Neither side ever waits for the other, and one that is stopped half-way by an error leaves
 * a word that it finds its way with the next time.
 */
abstract class PagedStream {

  private static final long PINNED = 1L << 62;
  private static final long RELEASED = 1L << 63;
  private static final long POSITION = PINNED - 1;

  private static final VarHandle HEAD;
  private static final VarHandle TAIL;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(PagedStream.class, "head", long.class);
      TAIL = lookup.findVarHandle(PagedStream.class, "tail", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SocketMemory memory;
  private final PageTable pages = new PageTable();

  private volatile long head;

  /** A position, and whether the page there is pinned or was released. */
  private volatile long tail = RELEASED;

  private volatile int capacityBytes;

  /** Position of the first byte of page 0; changes while no page is held. */
  private long origin;

  /** Writing side: every page below this one has been forgotten. */
  private long firstPage;

  PagedStream(SocketMemory memory, int capacityBytes) {
    this.memory = memory;
    this.capacityBytes = capacityBytes;
  }

  /** Position of the next byte to be read. Any thread. */
  public final long head() {
    return head;
  }

  /** Position behind the last byte written. Any thread. */
  public final long tail() {
    return tail & POSITION;
  }

  /** Bytes written and not read yet. Any thread. */
  public final int queuedBytes() {
    // Head first: it never passes a tail that is read later.
    long from = head;
    return (int) (tail() - from);
  }

  /** Limit on {@link #queuedBytes()}; what is queued beyond a lowered limit stays. Any thread. */
  public final int capacityBytes() {
    return capacityBytes;
  }

  /** Sets the limit. Any thread. */
  public final void setCapacityBytes(int bytes) {
    capacityBytes = bytes;
  }

  /** The limit of this moment: less than the capacity while socket memory is short. Any thread. */
  public final int limitBytes() {
    return Math.min(capacityBytes, memory.allowanceBytes());
  }

  /** Bytes that may still be written; 0 or more. Any thread. */
  public final int freeBytes() {
    return Math.max(0, limitBytes() - queuedBytes());
  }

  final SocketMemory memory() {
    return memory;
  }

  // ---- Writing side

  /** Keeps the reading side from releasing the page that is about to be written to. */
  final void pin() {
    long word = tail;
    if ((word & PINNED) != 0) {
      return;
    }
    boolean kept = (word & RELEASED) == 0 && TAIL.compareAndSet(this, word, word | PINNED);
    if (!kept) {
      startAnew(word & POSITION);
    }
  }

  /** The last page was given back; nobody else changes a released word. */
  private void startAnew(long position) {
    pages.forget(firstPage, lastPage(position));
    firstPage = 0;
    origin = position;
    TAIL.setRelease(this, position | PINNED);
  }

  /**
   * The page for the byte at {@code position} of a pinned stream, or null if there is no memory.
   *
   * @param heldBytes what the stream holds already, without what is being written
   */
  final @Nullable Page pageForWriting(long position, long heldBytes) {
    forgetReadPages();
    long number = pageNumber(position);
    Page page = pages.find(firstPage, number);
    if (page == null) {
      page = memory.take(heldBytes);
      if (page != null) {
        pages.put(firstPage, number, page);
      }
    }
    return page;
  }

  /**
   * Makes everything below {@code newTail} readable, and the last page releasable unless there are
   * bytes ahead of it.
   */
  final void publishTail(long newTail, boolean bytesAhead) {
    TAIL.setRelease(this, bytesAhead ? newTail | PINNED : newTail);
  }

  final boolean isPinned() {
    return (tail & PINNED) != 0;
  }

  /** Gives back what an empty, pinned stream holds all the same; nothing must be ahead. */
  final void releasePinned() {
    forgetReadPages();
    pages.clear(memory);
    TAIL.setRelease(this, tail() | RELEASED);
  }

  private void forgetReadPages() {
    long readBelow = pageNumber(head);
    pages.forget(firstPage, readBelow - 1);
    firstPage = Math.max(firstPage, readBelow);
  }

  // ---- Reading side

  /** The page of the written byte at {@code position}. */
  final Page pageForReading(long position) {
    return pages.get(pageNumber(position));
  }

  /** Where in its page the byte at {@code position} is. Either side. */
  final int pageOffset(long position) {
    return (int) (position - origin) & Page.OFFSET_MASK;
  }

  /** Gives back every page that lies below {@code newHead}, and the last one if nothing is left. */
  final void publishHead(long newHead) {
    long end = pageNumber(newHead);
    for (long number = pageNumber(head); number < end; number++) {
      memory.give(pages.get(number));
    }
    HEAD.setRelease(this, newHead);
    if (tail == newHead) {
      release(newHead);
    }
  }

  private void release(long position) {
    // Looked up before: from the release on the table is the writing side's.
    Page last = pageOffset(position) == 0 ? null : pages.get(pageNumber(position));
    if (TAIL.compareAndSet(this, position, position | RELEASED) && last != null) {
      memory.give(last);
    }
  }

  /** Gives everything back. Only when neither side is at work any more. */
  final void releaseAll() {
    if ((tail & RELEASED) == 0) {
      releasePinned();
    }
  }

  // ---- Both

  private long pageNumber(long position) {
    return (position - origin) >> Page.SHIFT;
  }

  /** Number of the page that holds the byte before {@code position}. */
  private long lastPage(long position) {
    return (position - 1 - origin) >> Page.SHIFT;
  }
}
