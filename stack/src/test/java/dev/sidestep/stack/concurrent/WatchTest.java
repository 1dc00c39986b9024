package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchTest {

  private static final long NOW = 1_000;
  private static final long LONG_SLEEP = 10 * Watch.UNPOLLED_NANOS;

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
          watch.released(deadlineNanos);
        }
      };

  private final Ownership<Ownership.Request> ownership = new Ownership<>(timers);
  private final Watch watch = new Watch(ownership);
  private final Bed watcher = new Bed();
  private final Bed driver = new Bed();
  private long timerNanos = Ownership.NEVER;

  private void whileOwner(Runnable action) {
    assertTrue(ownership.tryTake());
    action.run();
    ownership.release();
  }

  private void setTimer(long deadlineNanos) {
    whileOwner(() -> timerNanos = deadlineNanos);
  }

  /** As the keeper does before it sleeps on the interrupts. */
  private void makeBed(Bed keeper) {
    whileOwner(
        () -> {
          watch.polled(NOW, false);
          watch.setArmed(true);
          watch.goToBed(keeper);
        });
  }

  /** As anybody does who looks for frames. */
  private void poll() {
    whileOwner(
        () -> {
          watch.setArmed(false);
          watch.polled(NOW, false);
        });
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
    makeBed(watcher);
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
    makeBed(watcher);
    setTimer(NOW + 10);
    assertEquals(0, driver.wakeUps);
    watch.leave(watcher);
    assertEquals(1, driver.wakeUps);
  }

  @Test
  void aDriverThatIsAwakeInTimeIsLeftAsleep() {
    watch.tryTake(watcher);
    poll();
    watch.driversAlarm().set(driver, NOW, 0, Watch.UNPOLLED_NANOS);
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

  @Test
  void aWatcherWhoseInterruptsAreOnIsLeftAsleep() {
    watch.tryTake(watcher);
    makeBed(watcher);
    assertTrue(watch.isAttended());
    assertEquals(LONG_SLEEP, watch.watchersAlarm().set(watcher, NOW, 0, LONG_SLEEP));
    setTimer(Ownership.NEVER);
    watch.rely(driver);
    assertEquals(0, watcher.wakeUps);
    watch.relyNoMore(driver);
  }

  @Test
  void whoeverTurnsTheInterruptsOffWakesAWatcherThatSleepsForLong() {
    watch.tryTake(watcher);
    makeBed(watcher);
    watch.watchersAlarm().set(watcher, NOW, 0, LONG_SLEEP);
    poll();
    assertEquals(1, watcher.wakeUps);
    poll();
    assertEquals(1, watcher.wakeUps, "once is enough");
  }

  @Test
  void butNotOneThatIsAwakeSoonAnyway() {
    watch.tryTake(watcher);
    makeBed(watcher);
    watch.watchersAlarm().set(watcher, NOW, 0, Watch.RELIED_ON_NANOS);
    poll();
    assertEquals(0, watcher.wakeUps);
  }

  @Test
  void aWatcherThatOthersPollForLooksSoonWhetherTheyStillDo() {
    watch.tryTake(watcher);
    poll();
    assertEquals(Watch.RELIED_ON_NANOS, watch.watchersAlarm().set(watcher, NOW, 0, LONG_SLEEP));
  }

  @Test
  void theDriverDoesNotCareWhileThereIsAWatcher() {
    watch.tryTake(watcher);
    poll();
    assertEquals(LONG_SLEEP, watch.driversAlarm().set(driver, NOW, 0, LONG_SLEEP));
  }

  @Test
  void whoRatherSleepsHasTheDriverLookSoon() {
    poll();
    assertEquals(Watch.UNPOLLED_NANOS, watch.driversAlarm().set(driver, NOW, 0, LONG_SLEEP));
    watch.rely(watcher);
    assertEquals(1, driver.wakeUps);
    assertEquals(Watch.RELIED_ON_NANOS, watch.driversAlarm().set(driver, NOW, 0, LONG_SLEEP));
    watch.relyNoMore(watcher);
  }

  @Test
  void afterItsOwnPollTheDriverKnowsHowLongToSleep() {
    whileOwner(
        () -> {
          watch.driverPolls(NOW);
          watch.polled(NOW, false);
        });
    watch.rely(watcher);
    assertEquals(LONG_SLEEP, watch.driversAlarm().set(driver, NOW, 0, LONG_SLEEP));
    whileOwner(() -> watch.polled(NOW + 1, false));
    assertEquals(1, driver.wakeUps);
    watch.relyNoMore(watcher);
  }

  @Test
  void aWatcherThatLeavesItsBedWithTheInterruptsOnHasTheDriverLook() {
    watch.tryTake(watcher);
    makeBed(watcher);
    watch.driversAlarm().set(driver, NOW, 0, LONG_SLEEP);
    watch.leaveBed(watcher);
    assertFalse(watch.isAttended());
    watch.leave(watcher);
    assertEquals(1, driver.wakeUps);
  }

  @Test
  void aBedIsLeftByTheOneWhoIsInIt() {
    makeBed(driver);
    watch.tryTake(watcher);
    makeBed(watcher);
    watch.leaveBed(driver);
    assertTrue(watch.isAttended());
    watch.leaveBed(watcher);
    assertFalse(watch.isAttended());
  }
}
