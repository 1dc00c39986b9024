package dev.sidestep.stack.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where the urgent byte is in a received stream (Linux: urg_seq). A reader who has not asked for it
 * in line never gets it; a read ends before it, so that nobody reads across it. There is one mark:
 * a newer one makes the byte at the older one an ordinary byte again, unless the reader has come to
 * it already (tcp_check_urg).
 *
 * <p>Threads: the shard's owner sets it, before it publishes the byte; one application thread at a
 * time reads.
 */
final class UrgentMark {

  private static final long NONE = Long.MAX_VALUE;

  private static final VarHandle POSITION;

  static {
    try {
      POSITION = MethodHandles.lookup().findVarHandle(UrgentMark.class, "position", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final StreamOptions options;

  private volatile long position = NONE;

  /** Up to here the reader passes over what is at its head: urgent bytes it has waited behind. */
  private volatile long skipTo;

  UrgentMark(StreamOptions options) {
    this.options = options;
  }

  /** Owner: the byte at {@code urgent} is urgent; it has not been published yet. */
  void set(long urgent, long head, long tail) {
    long old = position;
    if (old == NONE) {
      position = urgent;
    } else if (urgent > old) {
      boolean reached = old < tail && Math.max(head, skipTo) == old;
      if (reached && !options.oobInline) {
        skipTo = old + 1;
      }
      position = urgent;
    }
  }

  /** Where a reader at {@code head} goes on: behind the urgent byte, if it is there. */
  long start(long head, long tail) {
    // The mark first: the owner moves it only after it has said what is behind the reader.
    long urgent = position;
    long start = Math.max(head, skipTo);
    boolean skips = start == urgent && start < tail && !options.oobInline;
    return skips ? start + 1 : start;
  }

  /** How far a read that starts at {@code start} goes. */
  long end(long start, long tail) {
    long urgent = position;
    return urgent > start && urgent < tail ? urgent : tail;
  }

  /** Reader: everything below {@code head} has been read or passed over. */
  void passed(long head) {
    long urgent = position;
    if (urgent < head) {
      // Unless the owner has just set another.
      POSITION.compareAndSet(this, urgent, NONE);
    }
  }
}
