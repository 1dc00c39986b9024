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

  /** Records instead of sleeping; something may happen meanwhile. */
  private static final class RecordingAlarm extends Alarm {

    private long sleptNanos;
    private int wakeUps;
    private Runnable meanwhile = () -> {};

    RecordingAlarm(Ownership<?> ownership) {
      super(ownership);
    }

    @Override
    protected void sleep(long nanos) {
      sleptNanos = nanos;
      meanwhile.run();
    }

    @Override
    protected void interruptSleep(Thread thread) {
      assertEquals(Thread.currentThread(), thread);
      wakeUps++;
    }
  }

  /** Owns nothing but timers. */
  private final class Timers implements Ownership.Work<Ownership.Request> {

    @Override
    public void taken() {}

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
  private final RecordingAlarm alarm = new RecordingAlarm(ownership);
  private long timerNanos;

  private void ownUntilTimerAt(long deadlineNanos) {
    assertTrue(ownership.tryTake());
    timerNanos = deadlineNanos;
    ownership.release();
    assertFalse(ownership.isHeld());
  }

  private long sleep() {
    alarm.sleep(NOW, LEAST, LONGEST);
    return alarm.sleptNanos;
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
    alarm.meanwhile = () -> ownUntilTimerAt(NOW + 300);
    sleep();
    assertEquals(1, alarm.wakeUps);
  }

  @Test
  void aLaterTimerSetMeanwhileDoesNot() {
    alarm.meanwhile = () -> ownUntilTimerAt(NOW + LONGEST);
    sleep();
    assertEquals(0, alarm.wakeUps);
  }

  @Test
  void theSameTimerLeftMeanwhileDoesNot() {
    ownUntilTimerAt(NOW + 300);
    alarm.meanwhile = () -> ownUntilTimerAt(NOW + 300);
    assertEquals(300, sleep());
    assertEquals(0, alarm.wakeUps);
  }

  @Test
  void nobodyIsWokenWhoDoesNotSleep() {
    sleep();
    ownUntilTimerAt(NOW);
    assertEquals(0, alarm.wakeUps);
  }
}
