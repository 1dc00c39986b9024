package dev.sidestep.stack.concurrent;

import java.util.concurrent.locks.LockSupport;

/**
 * Where a waiting thread sleeps: on nothing ({@link #THREAD}), in a selector of the kernel's, on a
 * device's interrupt. Each keeps a permit as {@link LockSupport} does: an {@link #unpark} that
 * comes before the {@link #park} ends it at once. Only {@code park} may take the permit while a
 * {@link Waiter} has announced that it sleeps here; whatever else would take it belongs into {@link
 * Waiter#look}.
 *
 * <p>Threads: one at a time parks, any may unpark it.
 */
public interface Parker {

  /** {@link #descriptor} of a place that any other will do for: only {@link #unpark} ends it. */
  int ANYWHERE = -1;

  /** {@link #descriptor} of a place where no other will do. */
  int ONLY_HERE = -2;

  /** The sleep of a thread that only other threads of the program wake. */
  Parker THREAD =
      new Parker() {
        @Override
        public void park(Waiter waiter, long nanos) {
          LockSupport.parkNanos(waiter, nanos);
        }

        @Override
        public void unpark(Thread sleeper) {
          LockSupport.unpark(sleeper);
        }

        @Override
        public int descriptor() {
          return ANYWHERE;
        }
      };

  /**
   * Sleeps until {@link #unpark}ed, until {@code nanos} have passed, until the thread is
   * interrupted, until what only this place tells of has happened, or for no reason at all.
   *
   * @param waiter on whose behalf, for thread dumps
   * @param nanos more than 0
   */
  void park(Waiter waiter, long nanos);

  /** Ends the sleep of {@code sleeper}, or its next one here. */
  void unpark(Thread sleeper);

  /**
   * The file descriptor that can be read when what only this place tells of has happened, so that a
   * thread may sleep elsewhere together with it; or {@link #ANYWHERE} or {@link #ONLY_HERE}.
   *
   * <p>Whoever sleeps elsewhere {@link #collect}s before, so that the descriptor is up to date, and
   * after.
   */
  default int descriptor() {
    return ONLY_HERE;
  }

  /**
   * Tells of what has happened that only this place knows of. By the thread that may sleep here.
   */
  default void collect() {}
}
