package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AlarmTest {

  private static final long NOW = 1_000;
  private static final long LEAST = 50;
  private static final long LONGEST = 8_000;

  /** Counts how often its sleeper is woken. */
  private final Parker place =
      new Parker() {
        @Override
        public void park(Waiter waiter, long nanos) {
          throw new AssertionError("this test sleeps by itself");
        }

        @Override
        public void unpark(Thread sleeper) {
          assertEquals(Thread.currentThread(), sleeper);
          wakeUps++;
        }
      };

  /** Owns nothing but timers. */
  private final class Timers implements Ownership.Work<Ownership.Request> {

    @Override
    public void carryOut(Ownership.@Nullable Request own, int bits) {}

    @Override
    public long deadlineNanos() {
      return timerNanos;
    }

    @Override
    public void released(long deadlineNanos) {
      alarm.ring(deadlineNanos);
    }
  }

  private final Ownership<Ownership.Request> ownership = new Ownership<>(new Timers());
  private final Alarm alarm = new Alarm(ownership::deadlineNanos);
  private long timerNanos;
  private int wakeUps;

  private void ownUntilTimerAt(long deadlineNanos) {
    assertTrue(ownership.tryTake());
    timerNanos = deadlineNanos;
    ownership.release();
    assertFalse(ownership.isHeld());
  }

  private long sleep() {
    return sleep(() -> {});
  }

  /** Returns how long the sleep may last; something happens meanwhile. */
  private long sleep(Runnable meanwhile) {
    long nanos = alarm.set(place, NOW, LEAST, LONGEST);
    meanwhile.run();
    alarm.off();
    return nanos;
  }

  @Test
  void withoutATimerTheSleepIsAsLongAsAllowed() {
    assertEquals(LONGEST, sleep());
    ownUntilTimerAt(Ownership.NEVER);
    assertEquals(LONGEST, sleep());
  }

  @Test
  void aNearTimerShortensTheSleep() {
    ownUntilTimerAt(NOW + 300);
    assertEquals(300, sleep());
  }

  @Test
  void aFarTimerDoesNotLengthenIt() {
    ownUntilTimerAt(NOW + LONGEST + 1);
    assertEquals(LONGEST, sleep());
  }

  @Test
  void aTimerThatIsDueStillLeavesAShortSleep() {
    ownUntilTimerAt(NOW - 1);
    assertEquals(LEAST, sleep());
  }

  @Test
  void whatMustBeLookedAfterAtOnceLeavesAShortSleep() {
    ownUntilTimerAt(Ownership.AT_ONCE);
    assertEquals(LEAST, sleep());
  }

  @Test
  void theTimersOfAnOwnerAreNotTheSleepersBusiness() {
    ownUntilTimerAt(NOW + 300);
    assertTrue(ownership.tryTake());
    assertEquals(LONGEST, sleep());
  }

  @Test
  void aNearerTimerSetMeanwhileEndsTheSleep() {
    sleep(() -> ownUntilTimerAt(NOW + 300));
    assertEquals(1, wakeUps);
  }

  @Test
  void aLaterTimerSetMeanwhileDoesNot() {
    sleep(() -> ownUntilTimerAt(NOW + LONGEST));
    assertEquals(0, wakeUps);
  }

  @Test
  void theSameTimerLeftMeanwhileDoesNot() {
    ownUntilTimerAt(NOW + 300);
    assertEquals(300, sleep(() -> ownUntilTimerAt(NOW + 300)));
    assertEquals(0, wakeUps);
  }

  @Test
  void nobodyIsWokenWhoDoesNotSleep() {
    sleep();
    ownUntilTimerAt(NOW);
    assertEquals(0, wakeUps);
  }
}
