package dev.sidestep.stack.concurrent;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Those who sleep until somebody wakes them, so that all can be sent away when nobody will any
 * more. Every waiter knows its place, so nothing is searched for and nothing is allocated.
 *
 * <p>Threads: any; a lock, which costs little beside going to sleep.
 */
public final class ParkedWaiters {

  private @Nullable Waiter[] waiters = new Waiter[16];

  /** Read without the lock. */
  private volatile int count;

  private boolean closed;

  /** How many sleep, or are about to. */
  public int count() {
    return count;
  }

  /** Called by a thread that is about to {@link Waiter#park}; in the end it calls remove. */
  public synchronized void add(Waiter waiter) {
    int place = count;
    if (place == waiters.length) {
      waiters = Arrays.copyOf(waiters, 2 * place);
    }
    waiters[place] = waiter;
    waiter.place = place;
    waiter.mustLeave = closed;
    count = place + 1;
  }

  /** The last waiter takes the free place. */
  public synchronized void remove(Waiter waiter) {
    int lastPlace = count - 1;
    Waiter last = Objects.requireNonNull(waiters[lastPlace]);
    waiters[waiter.place] = last;
    last.place = waiter.place;
    waiters[lastPlace] = null;
    waiter.mustLeave = false;
    count = lastPlace;
  }

  /** Ends every sleep, and those that are still to come. */
  public synchronized void close() {
    closed = true;
    for (int i = 0; i < count; i++) {
      Waiter waiter = Objects.requireNonNull(waiters[i]);
      waiter.mustLeave = true;
      waiter.wake();
    }
  }
}
