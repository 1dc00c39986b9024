package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The keeper goes to sleep for long on the devices' interrupts while another thread polls, which
 * turns them off; somebody relies on them. Whatever the interleaving, the keeper knows that it must
 * look soon, or it is woken.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "saw that it must look soon")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "slept for long and was woken")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "slept for long and nobody woke it")
@State
public class PollerDisarms extends ObservedSleep {

  private final PollWork work = new PollWork();
  private final Watch watch = work.watch;

  public PollerDisarms() {
    super(2 * PollWork.DEADLINE_NANOS, PollWork.DEADLINE_NANOS);
    work.makeBed();
    watch.rely(new ReadyWaiter());
  }

  @Actor
  public void keeper(I_Result result) {
    result.r1 = sleepObserved(watch.driversAlarm());
  }

  @Actor
  public void poller() {
    work.poll();
    wakerIsGone();
  }
}
