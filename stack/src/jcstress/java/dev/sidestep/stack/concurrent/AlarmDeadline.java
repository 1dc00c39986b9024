package dev.sidestep.stack.concurrent;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
public class AlarmDeadline extends Alarm {

  private static final long DEADLINE_NANOS = 10;
  private static final long LONGEST_NANOS = 100;

  private final Timer timer;
  private volatile boolean woken;
  private volatile boolean ownerGone;
  private int sleep;

  public AlarmDeadline() {
    this(new Timer());
  }

  private AlarmDeadline(Timer timer) {
    super(timer.ownership);
    this.timer = timer;
    timer.alarm = this;
  }

  /** All that is owned: a timer. */
  private static final class Timer implements Ownership.Work<Ownership.Request> {

    final Ownership<Ownership.Request> ownership = new Ownership<>(this);
    @Nullable Alarm alarm;

    @Override
    public void taken() {}

    @Override
    public void carryOut(Ownership.@Nullable Request own, int bits) {}

    @Override
    public long deadlineNanos() {
      return DEADLINE_NANOS;
    }

    @Override
    public void released(long deadlineNanos) {
      Objects.requireNonNull(alarm).ring(deadlineNanos);
    }
  }

  @Override
  protected void sleep(long nanos) {
    if (nanos > DEADLINE_NANOS) {
      while (!woken && !ownerGone) {
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
  public void owner() {
    if (timer.ownership.tryTake()) {
      timer.ownership.release();
    }
    ownerGone = true;
  }
}
