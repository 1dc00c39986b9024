package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Alarm;
import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.concurrent.Watch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a waiting thread does while it is the watcher of a shard ({@link Watch}): it sleeps on the
 * devices' interrupts and polls when they tell of frames.
 *
 * <p>Threads: the watcher.
 */
final class WatchKeeping {

  /** How often the watcher finds what is not for it before it leaves that to the driver. */
  private static final int MAX_POLLS_FOR_OTHERS = 16;

  /** Some ten microseconds: a write takes two. */
  private static final int MAX_YIELDS_TO_OWNER = 32;

  /** Whoever has polled beside a watcher this recently will do so again. */
  private static final long SHARED_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Shard shard;
  private final IdleStrategy idle;
  private final LongSupplier clock;
  private final Watch watch;
  private final Interrupts.Bed bed;

  /** When the watcher, or the one before it, last found anything. */
  private long lastWorkNanos;

  /** When others last polled while a watcher slept. */
  private long lastSharedNanos;

  WatchKeeping(Shard shard, IdleStrategy idle, LongSupplier clock) {
    this.shard = shard;
    this.idle = idle;
    this.clock = clock;
    this.watch = shard.watch();
    this.bed = shard.interrupts().new Bed();
    this.lastSharedNanos = clock.getAsLong() - SHARED_NANOS;
  }

  /**
   * Keeps the watch until what the watcher waits for has happened. Returns false if that has not
   * happened and the driver is to go on: whoever is woken for everybody is the driver.
   */
  boolean keep(Waiter waiter, long deadlineNanos) {
    lastWorkNanos = clock.getAsLong();
    Parker own = waiter.place();
    int pollsForOthers = 0;
    while (pollsForOthers < MAX_POLLS_FOR_OTHERS) {
      own.collect();
      long nowNanos = clock.getAsLong();
      if (isOver(waiter, nowNanos, deadlineNanos)) {
        leaveNoInterruptsOn(nowNanos);
        return true;
      }
      if (!ownSoon(shard)) {
        // Somebody polls and finds what is ours; but that one may stop without a word.
        sleep(waiter, own, nowNanos, Watch.RELIED_ON_NANOS, deadlineNanos);
        continue;
      }
      nowNanos = clock.getAsLong();
      Parker place = pollAndMakeBed(waiter, own, nowNanos, deadlineNanos);
      if (place != null) {
        sleep(waiter, place, nowNanos, longestSleepNanos(nowNanos), deadlineNanos);
        if (watch.lastPollNanos() != nowNanos) {
          lastSharedNanos = clock.getAsLong();
        }
      } else {
        pollsForOthers++;
        lastWorkNanos = nowNanos;
      }
    }
    return false;
  }

  /** Where others poll too, and turn the interrupts off, it is awake in time by itself. */
  private long longestSleepNanos(long nowNanos) {
    return nowNanos - lastSharedNanos < SHARED_NANOS
        ? Watch.RELIED_ON_NANOS
        : idle.interruptSleepNanos(nowNanos - lastWorkNanos);
  }

  /**
   * The devices would tell nobody. If somebody else is at it there is no need to wait, as this
   * thread has something to do: that one sees that the watcher is gone.
   */
  private void leaveNoInterruptsOn(long nowNanos) {
    if (watch.isArmed() && shard.tryOwn()) {
      try {
        shard.poll(nowNanos);
      } finally {
        shard.release();
      }
    }
  }

  private boolean isOver(Waiter waiter, long nowNanos, long deadlineNanos) {
    return watch.isClosed() || InPlacePoller.isOver(waiter, nowNanos, deadlineNanos);
  }

  /** Takes a shard once those are done who only send something; false if somebody polls it. */
  @SuppressWarnings("ThreadPriorityCheck") // they may need this very processor for it
  static boolean ownSoon(Shard shard) {
    for (int yields = 0; yields < MAX_YIELDS_TO_OWNER; yields++) {
      if (shard.tryOwn()) {
        return true;
      }
      Thread.yield();
    }
    return false;
  }

  /** The owner's last poll before it sleeps. Returns where, or null if it must not. */
  private @Nullable Parker pollAndMakeBed(
      Waiter waiter, Parker own, long nowNanos, long deadlineNanos) {
    try {
      boolean worked = shard.poll(nowNanos) > 0;
      return worked || isOver(waiter, nowNanos, deadlineNanos) ? null : bed.make(own);
    } finally {
      shard.release();
    }
  }

  private void sleep(
      Waiter waiter, Parker place, long nowNanos, long longestNanos, long deadlineNanos) {
    Alarm alarm = watch.watchersAlarm();
    long nanos = alarm.set(place, nowNanos, 0, Math.min(longestNanos, deadlineNanos - nowNanos));
    try {
      waiter.park(place, nanos);
    } finally {
      alarm.off();
      bed.leave();
    }
  }
}
