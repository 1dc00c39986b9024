package dev.sidestep.stack.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A byte stream between one writing and one reading thread, held in pages that are taken when bytes
 * arrive and given back when the last byte in them was read. Positions count bytes from the start
 * of the stream and never wrap.
 *
 * <pre>
 *        head                    tail
 *   ------|=======================|-------------
 *   read     written, not read       free
 * </pre>
 *
 * <p>The writing side alone takes pages and changes the {@link PageTable}; the reading side alone
 * gives pages back, before it publishes {@code head} beyond them. A slot whose page was given back
 * stays filled until the writing side, having seen {@code head}, forgets it: it does so before it
 * looks at any slot.
 */
abstract class PagedStream {

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
  private volatile long tail;
  private volatile int capacityBytes;

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
    return tail;
  }

  /** Bytes written and not read yet. Any thread. */
  public final int queuedBytes() {
    // Head first: it never passes a tail that is read later.
    long from = head;
    return (int) (tail - from);
  }

  /** Limit on {@link #queuedBytes()}; what is queued beyond a lowered limit stays. Any thread. */
  public final int capacityBytes() {
    return capacityBytes;
  }

  /** Sets the limit. Any thread. */
  public final void setCapacityBytes(int bytes) {
    capacityBytes = bytes;
  }

  /** Bytes that may still be written; 0 or more. Any thread. */
  public final int freeBytes() {
    return Math.max(0, capacityBytes - queuedBytes());
  }

  /** Writing side: the page for the byte at {@code position}, or null if memory is exhausted. */
  final @Nullable Page pageForWriting(long position) {
    forgetReadPages();
    long number = position >>> Page.SHIFT;
    Page page = pages.find(firstPage, number);
    if (page == null) {
      page = memory.take();
      if (page != null) {
        pages.put(firstPage, number, page);
      }
    }
    return page;
  }

  /** Reading side: the page of the written byte at {@code position}. */
  final Page pageForReading(long position) {
    return pages.get(position >>> Page.SHIFT);
  }

  /** Writing side: makes everything below {@code newTail} readable. */
  final void publishTail(long newTail) {
    TAIL.setRelease(this, newTail);
  }

  /** Reading side: gives back every page that lies below {@code newHead}. */
  final void publishHead(long newHead) {
    long end = newHead >>> Page.SHIFT;
    for (long number = head >>> Page.SHIFT; number < end; number++) {
      memory.give(pages.get(number));
    }
    HEAD.setRelease(this, newHead);
  }

  /** Writing side, with the reading side unable to start: frees the last page of an empty queue. */
  final void releaseIfEmpty(long highestWritten) {
    if (head == tail && highestWritten <= tail) {
      forgetReadPages();
      Page page = pages.remove(tail >>> Page.SHIFT);
      if (page != null) {
        memory.give(page);
      }
    }
  }

  /** Gives everything back. Only when neither side is at work any more. */
  final void releaseAll() {
    forgetReadPages();
    pages.clear(memory);
  }

  private void forgetReadPages() {
    long readBelow = head >>> Page.SHIFT;
    while (firstPage < readBelow) {
      pages.remove(firstPage++);
    }
  }
}
