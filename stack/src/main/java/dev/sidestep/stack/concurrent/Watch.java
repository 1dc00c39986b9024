package dev.sidestep.stack.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who sees to a shard while nobody polls it, and who relies on that.
 *
 * <p>The keeper is one of the application's threads that waits for the network anyway, the watcher,
 * or the shard's driver while there is none. It sleeps on the devices' interrupts and the shard's
 * timers: then the shard is attended, and what arrives for the watcher wakes it and nobody else.
 * Whoever polls turns the interrupts off. From then on the shard must be polled again soon, by that
 * one or by the keeper: within {@value #RELIED_ON_MILLIS} ms if somebody sleeps who relies on it.
 *
 * <p>All of that is one deadline, computed from volatile fields by everybody who has just changed
 * one of them, and by the keeper between saying when it wakes up and going to sleep. Both sides are
 * separated by a full fence (Dekker's protocol), so of two threads one sees what the other did:
 *
 * <pre>
 *   keeper                      owner of the shard        one who is to rely   watcher that leaves
 *                               attended = no             reliers++            watcher = nobody
 *   wakeAt = now + longest      owner = nobody
 *   -- full fence --            -- full fence --          -- full fence --     -- full fence --
 *   if (owner is nobody)                                  if (owner is nobody) if (owner is nobody)
 *     wakeAt = the deadline     ring for the deadline       ring for it          ring for it
 * </pre>
 *
 * <p>Where the shard is owned by somebody, that one computes the deadline when it gives it back.
 *
 * <p>Threads: any, unless a method says otherwise. Times are those of the shard's clock.
 */
public final class Watch {

  private static final long RELIED_ON_MILLIS = 1;

  /** How long the shard may be left alone if somebody sleeps who relies on others. */
  public static final long RELIED_ON_NANOS = TimeUnit.MILLISECONDS.toNanos(RELIED_ON_MILLIS);

  /**
   * The same while everybody is awake who uses it: not so long that peers send again what they have
   * sent.
   */
  static final long UNPOLLED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final VarHandle WATCHER;
  private static final VarHandle BED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WATCHER = lookup.findVarHandle(Watch.class, "watcher", Waiter.class);
      BED = lookup.findVarHandle(Watch.class, "bed", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Ownership<?> ownership;
  private final ParkedWaiters reliers = new ParkedWaiters();
  private final Alarm watchersAlarm;
  private final Alarm driversAlarm;

  @SuppressWarnings("unused") // through WATCHER
  private volatile @Nullable Waiter watcher;

  /** Where somebody sleeps on the devices' interrupts, or is about to. */
  @SuppressWarnings("unused") // through BED
  private volatile @Nullable Object bed;

  /** Whether the devices tell of frames. The owner writes. */
  private volatile boolean armed;

  /** When the shard was last polled. The owner writes. */
  private volatile long lastPollNanos;

  /** When a poll last found frames; written before {@code lastPollNanos}. */
  private long lastFrameNanos;

  /** The driver's last poll: until another one it knows itself when to poll next. */
  private volatile long driversPollNanos;

  private volatile boolean closed;

  /** The watch over what {@code ownership} is of. */
  public Watch(Ownership<?> ownership) {
    this.ownership = ownership;
    this.watchersAlarm = new Alarm(this::deadlineNanos);
    this.driversAlarm = new Alarm(this::driversDeadlineNanos);
  }

  // ---- The owner

  /** The owner has polled. */
  public void polled(long nowNanos, boolean foundFrames) {
    if (foundFrames) {
      lastFrameNanos = nowNanos;
    }
    lastPollNanos = nowNanos;
  }

  /** The owner, who is the driver, is about to poll. */
  public void driverPolls(long nowNanos) {
    driversPollNanos = nowNanos;
  }

  /** The owner has turned the devices' interrupts on or off. */
  public void setArmed(boolean on) {
    armed = on;
  }

  /** Ownership was given back: wakes the keeper if it would sleep for too long. */
  public void released(long timersNanos) {
    ring(Math.min(timersNanos, unpolledNanos()));
  }

  // ---- The deadline

  /** When the shard was last polled. */
  public long lastPollNanos() {
    return lastPollNanos;
  }

  /** When a poll last found frames, or a bit earlier. */
  public long lastFrameNanos() {
    return lastFrameNanos;
  }

  /** Whether the devices tell of frames. */
  public boolean isArmed() {
    return armed;
  }

  /** Whether nobody has polled since the driver has. */
  public boolean isDriversPollLast() {
    return lastPollNanos == driversPollNanos;
  }

  /** Whether somebody sleeps whom the devices tell of frames. */
  public boolean isAttended() {
    return armed && bed != null;
  }

  /** By when somebody must have polled. */
  private long unpolledNanos() {
    if (isAttended() || isDriversPollLast()) {
      return Ownership.NEVER;
    }
    boolean reliedOn = watcher != null || reliers.count() > 0;
    return lastPollNanos + (reliedOn ? RELIED_ON_NANOS : UNPOLLED_NANOS);
  }

  /** By when the keeper must be awake. While somebody has ownership, the timers are that one's. */
  private long deadlineNanos() {
    return Math.min(ownership.deadlineNanos(), unpolledNanos());
  }

  private long driversDeadlineNanos() {
    return watcher != null ? Ownership.NEVER : deadlineNanos();
  }

  private void ringUnlessOwned() {
    VarHandle.fullFence();
    if (!ownership.isHeld()) {
      ring(deadlineNanos());
    }
  }

  /** Wakes the keeper if it would sleep longer. */
  private void ring(long byNanos) {
    (watcher != null ? watchersAlarm : driversAlarm).ring(byNanos);
  }

  // ---- Those who rely on others

  /** The calling thread, which waits as {@code waiter}, is about to park until it is woken. */
  public void rely(Waiter waiter) {
    reliers.add(waiter);
    ringUnlessOwned();
  }

  /** The calling thread was parked. */
  public void relyNoMore(Waiter waiter) {
    reliers.remove(waiter);
  }

  // ---- The keeper

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

  /** The watcher goes, and has the driver get up if the shard needs that. */
  public void leave(Waiter waiter) {
    waiter.mustLeave = false;
    watcher = null;
    ringUnlessOwned();
  }

  /** Whether some thread is the watcher. */
  public boolean isHeld() {
    return watcher != null;
  }

  /** The keeper, as owner, is about to sleep on the devices' interrupts. */
  public void goToBed(Object where) {
    bed = where;
  }

  /** Nobody sleeps there any more. */
  public void leaveBed(Object where) {
    BED.compareAndSet(this, where, (Object) null);
  }

  /** Whether the keeper sleeps on the devices' interrupts, be they on or off. */
  public boolean isBedOccupied() {
    return bed != null;
  }

  /** The watcher is to get up at once, if there is one, and see what must be done. */
  public void callWatcher() {
    watchersAlarm.ring(Ownership.AT_ONCE);
  }

  /** What the watcher sleeps by. */
  public Alarm watchersAlarm() {
    return watchersAlarm;
  }

  /** What the driver sleeps by. */
  public Alarm driversAlarm() {
    return driversAlarm;
  }

  // ---- The end

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

  /** Ends the sleep of all who rely on others, for good. */
  public void sendReliersAway() {
    reliers.close();
  }
}
