package dev.sidestep.stack.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One thread that may sleep until something it waits for has happened: a blocked read, a select.
 *
 * <p>The protocol is Dekker's, both sides separated by a full fence, so that a wake-up cannot be
 * lost, wherever the thread sleeps:
 *
 * <pre>
 *   waiter                                  waker
 *   look()
 *   sleepsIn = parker()
 *   parked = me                             publish the event
 *   -- full fence --                        -- full fence --
 *   if (!isReady()) sleepsIn.park()         if (parked != null) sleepsIn.unpark(parked)
 *   parked = null
 * </pre>
 *
 * <p>What makes it hold is that a place keeps the waker's permit until it is parked in, so nothing
 * between the announcement and the sleep may take it away: {@link #isReady} only reads. To ask the
 * kernel's selector there, which clears its wake-up, would lose it; that is what {@link #look} is
 * for.
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

  /** Where the thread sleeps, or slept last; written before {@code parked}. */
  private Parker sleepsIn = Parker.THREAD;

  @SuppressWarnings("unused") // through PARKED
  private volatile @Nullable Thread parked;

  /** Its place in {@link ParkedWaiters}; guarded by their lock. */
  int place;

  /** Whether it must not sleep although it is not ready: the stack closes. */
  volatile boolean mustLeave;

  /**
   * Whether what the thread waits for has happened. Quick, without side effects, and true again
   * until it was taken.
   */
  public abstract boolean isReady();

  /**
   * Looks for what is announced to nobody, such as the kernel's channels while the thread polls the
   * stack, so that {@link #isReady} knows of it. Called by the waiting thread while it is awake.
   */
  public void look(long nowNanos) {}

  /**
   * Where the thread is going to sleep. Asked before the sleep is announced. {@link Parker#THREAD}
   * means that any other place will do as well, as long as {@link #wake} ends the sleep when the
   * thread is interrupted.
   */
  protected Parker parker() {
    return Parker.THREAD;
  }

  /** Where the thread would sleep by itself. */
  public final Parker place() {
    return parker();
  }

  /**
   * Sleeps until woken, until {@code nanos} have passed or for no reason at all; returns at once if
   * {@link #isReady()}, if the thread is interrupted or if {@link ParkedWaiters} say so. The caller
   * checks and repeats.
   */
  public final void park(long nanos) {
    park(parker(), nanos);
  }

  /** The same in a place that the caller has chosen. */
  public final void park(Parker parker, long nanos) {
    sleepsIn = parker;
    PARKED.setVolatile(this, Thread.currentThread());
    VarHandle.fullFence();
    try {
      if (!mustLeave && !isReady()) {
        sleep(parker, nanos);
      }
    } finally {
      PARKED.setVolatile(this, null);
    }
  }

  /** The time may be over before the thread gets here: then there is only a look. */
  private void sleep(Parker parker, long nanos) {
    if (nanos > 0) {
      parker.park(this, nanos);
    } else {
      parker.collect();
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
      // Of this sleep or of a later one: then that one sees the event itself.
      sleepsIn.unpark(sleeper);
    }
  }
}
