package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread goes to sleep for long while the owner has a timer due earlier and gives ownership back.
 * A long sleep lasts until somebody ends it or until it is certain that nobody will: the owner has
 * come and gone. That is the timer slept through.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "saw the timer in time")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "slept for long and was woken")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "slept for long and nobody woke it")
@State
public class AlarmDeadline extends ObservedSleep {

  private final TimerWork timer = new TimerWork();
  private final Alarm alarm = new Alarm(timer.ownership::deadlineNanos);

  public AlarmDeadline() {
    timer.onReleased = alarm::ring;
  }

  @Actor
  public void sleeper(I_Result result) {
    result.r1 = sleepObserved(alarm);
  }

  @Actor
  public void owner() {
    timer.takeAndRelease();
    wakerIsGone();
  }
}
