package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchTest {

  private static final long NOW = 1_000;
  private static final long LONG_SLEEP = 8_000;

  /** Counts how often its sleeper is woken. */
  private static final class Bed extends Waiter implements Parker {

    private int wakeUps;

    @Override
    public boolean isReady() {
      return false;
    }

    @Override
    protected Parker parker() {
      return this;
    }

    @Override
    public void park(Waiter waiter, long nanos) {
      throw new AssertionError("slept although sent away");
    }

    @Override
    public void unpark(Thread sleeper) {
      wakeUps++;
    }
  }

  private final Ownership.Work<Ownership.Request> timers =
      new Ownership.Work<>() {
        @Override
        public void carryOut(Ownership.@Nullable Request own, int bits) {}

        @Override
        public long deadlineNanos() {
          return timerNanos;
        }

        @Override
        public void released(long deadlineNanos) {
          watch.ring(deadlineNanos);
        }
      };

  private final Ownership<Ownership.Request> ownership = new Ownership<>(timers);
  private final Watch watch = new Watch(ownership);
  private final Bed watcher = new Bed();
  private final Bed driver = new Bed();
  private long timerNanos = Ownership.NEVER;

  private void setTimer(long deadlineNanos) {
    assertTrue(ownership.tryTake());
    timerNanos = deadlineNanos;
    ownership.release();
  }

  @Test
  void thereIsOneWatcherAtATime() {
    assertTrue(watch.tryTake(watcher));
    assertFalse(watch.tryTake(driver));
    watch.leave(watcher);
    assertTrue(watch.tryTake(driver));
  }

  @Test
  void aTimerWakesTheWatcherAndNotTheDriver() {
    watch.tryTake(watcher);
    watch.driversAlarm().set(driver, NOW, 0, LONG_SLEEP);
    watch.watchersAlarm().set(watcher, NOW, 0, LONG_SLEEP);
    setTimer(NOW + 10);
    assertEquals(1, watcher.wakeUps);
    assertEquals(0, driver.wakeUps);
  }

  @Test
  void aWatcherThatLeavesHandsItsTimersToTheDriver() {
    watch.tryTake(watcher);
    watch.driversAlarm().set(driver, NOW, 0, LONG_SLEEP);
    setTimer(NOW + 10);
    assertEquals(0, driver.wakeUps);
    watch.leave(watcher);
    assertEquals(1, driver.wakeUps);
  }

  @Test
  void aDriverThatIsAwakeInTimeIsLeftAsleep() {
    watch.tryTake(watcher);
    watch.driversAlarm().set(driver, NOW, 0, LONG_SLEEP);
    setTimer(NOW + LONG_SLEEP);
    watch.leave(watcher);
    assertEquals(0, driver.wakeUps);
  }

  @Test
  void whoIsSentAwayDoesNotSleepAndNobodyComesAfterIt() {
    watch.tryTake(watcher);
    watch.close();
    assertTrue(watch.isClosed());
    watcher.park(LONG_SLEEP);
    watch.leave(watcher);
    assertFalse(watch.tryTake(watcher));
    assertFalse(watch.isHeld());
  }
}
