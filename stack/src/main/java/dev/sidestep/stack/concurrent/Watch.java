package dev.sidestep.stack.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Who sees to a shard while nobody polls it: one of the application's threads that waits for the
 * network anyway, the watcher, or the shard's driver while there is none. The watcher sleeps on the
 * devices' interrupts and the shard's timers, so that what arrives for it wakes it and nobody else.
 *
 * <p>No timer falls between the two when the watcher leaves (Dekker's protocol; what is read and
 * written here is volatile):
 *
 * <pre>
 *   watcher                                    owner of the shard
 *   watcher = nobody                           deadline = earliest timer, owner = nobody
 *   -- full fence --                           -- full fence --
 *   if (owner is nobody)                       if (watcher is nobody)
 *     ring the driver for the deadline           ring the driver for the deadline
 * </pre>
 *
 * <p>Threads: any; {@link #leave} by the watcher.
 */
public final class Watch {

  private static final VarHandle WATCHER;

  static {
    try {
      WATCHER = MethodHandles.lookup().findVarHandle(Watch.class, "watcher", Waiter.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Ownership<?> ownership;
  private final Alarm watchersAlarm;
  private final Alarm driversAlarm;

  @SuppressWarnings("unused") // through WATCHER
  private volatile @Nullable Waiter watcher;

  private volatile boolean closed;

  /** The watch over what {@code ownership} is of. */
  public Watch(Ownership<?> ownership) {
    this.ownership = ownership;
    this.watchersAlarm = new Alarm(ownership);
    this.driversAlarm = new Alarm(ownership);
  }

  /** Makes the calling thread, which waits as {@code waiter}, the watcher if there is none. */
  public boolean tryTake(Waiter waiter) {
    if (closed || watcher != null || !WATCHER.compareAndSet(this, (Waiter) null, waiter)) {
      return false;
    }
    if (closed) {
      leave(waiter);
      return false;
    }
    return true;
  }

  /** The watcher goes, and has the driver get up if a timer needs that. */
  public void leave(Waiter waiter) {
    waiter.mustLeave = false;
    watcher = null;
    VarHandle.fullFence();
    if (!ownership.isHeld()) {
      driversAlarm.ring(ownership.deadlineNanos());
    }
  }

  /** Whether some thread is the watcher. */
  public boolean isHeld() {
    return watcher != null;
  }

  /** From now on nobody becomes the watcher, and whoever is it leaves. */
  public void close() {
    closed = true;
    VarHandle.fullFence();
    Waiter last = watcher;
    if (last != null) {
      last.mustLeave = true;
      last.wake();
    }
  }

  /** Whether the watcher must leave. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Wakes whoever sees to the shard if it would sleep for too long; after ownership was released.
   *
   * @param deadlineNanos when the earliest timer is due, or {@link Ownership#NEVER}
   */
  public void ring(long deadlineNanos) {
    (watcher != null ? watchersAlarm : driversAlarm).ring(deadlineNanos);
  }

  /** What the watcher sleeps by. */
  public Alarm watchersAlarm() {
    return watchersAlarm;
  }

  /** What the driver sleeps by. */
  public Alarm driversAlarm() {
    return driversAlarm;
  }
}
