package dev.sidestep.stack.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread that may sleep until something it waits for has happened: a blocked read, a select.
 *
 * <p>The protocol is Dekker's, both sides separated by a full fence, so that a wake-up cannot be
 * lost:
 *
 * <pre>
 *   waiter                          waker
 *   parked = me                     publish the event
 *   -- full fence --                -- full fence --
 *   if (!isReady()) park()          if (parked != null) unpark(parked)
 * </pre>
 *
 * <p>Threads: one thread at a time waits; any thread may {@link #wake()}.
 */
public abstract class Waiter {

  private static final VarHandle PARKED;

  static {
    try {
      PARKED = MethodHandles.lookup().findVarHandle(Waiter.class, "parked", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SpinBudget spinBudget = new SpinBudget();

  @SuppressWarnings("unused") // through PARKED
  private volatile @Nullable Thread parked;

  /** Its place in {@link ParkedWaiters}; guarded by their lock. */
  int place;

  /** Whether it must not sleep although it is not ready; written under the same lock. */
  volatile boolean mustLeave;

  /** Whether what the thread waits for has happened. Quick, and true again until it was taken. */
  public abstract boolean isReady();

  /**
   * Sleeps until woken, until {@code nanos} have passed or for no reason at all; returns at once if
   * {@link #isReady()}, if the thread is interrupted or if {@link ParkedWaiters} say so. The caller
   * checks and repeats.
   */
  public final void park(long nanos) {
    PARKED.setVolatile(this, Thread.currentThread());
    VarHandle.fullFence();
    try {
      if (!mustLeave && !isReady()) {
        sleep(nanos);
      }
    } finally {
      PARKED.setVolatile(this, null);
    }
  }

  /** How long this thread spins before it parks. */
  public final SpinBudget spinBudget() {
    return spinBudget;
  }

  /** Wakes the waiting thread if it sleeps. Call after the event was published. */
  public final void wake() {
    VarHandle.fullFence();
    Thread sleeper = parked;
    if (sleeper != null) {
      interruptSleep(sleeper);
    }
  }

  /** How the thread sleeps; a selector that also has kernel channels sleeps in the kernel's. */
  protected void sleep(long nanos) {
    LockSupport.parkNanos(this, nanos);
  }

  /** How the sleep is ended; the counterpart of {@link #sleep}. */
  protected void interruptSleep(Thread sleeper) {
    LockSupport.unpark(sleeper);
  }
}
