package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread goes to sleep for long while the baton's holder has a timer due earlier and gives it
 * back. A long sleep lasts until somebody ends it or until it is certain that nobody will: the
 * holder has come and gone. That is the timer slept through.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "saw the timer in time")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "slept for long and was woken")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "slept for long and nobody woke it")
@State
public class AlarmDeadline extends Alarm {

  private static final long DEADLINE_NANOS = 10;
  private static final long LONGEST_NANOS = 100;

  private volatile boolean woken;
  private volatile boolean holderGone;
  private int sleep;

  public AlarmDeadline() {
    this(new Baton());
  }

  private AlarmDeadline(Baton baton) {
    super(baton);
    baton.tryTake();
  }

  @Override
  protected void sleep(long nanos) {
    if (nanos > DEADLINE_NANOS) {
      while (!woken && !holderGone) {
        Thread.onSpinWait();
      }
      sleep = woken ? 1 : 2;
    }
  }

  @Override
  protected void interruptSleep(Thread thread) {
    woken = true;
  }

  @Actor
  public void sleeper(I_Result result) {
    sleep(0, 1, LONGEST_NANOS);
    result.r1 = sleep;
  }

  @Actor
  public void holder() {
    release(DEADLINE_NANOS);
    holderGone = true;
  }
}
