package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * One thread polls, which turns the devices' interrupts off, while another begins to rely on the
 * keeper, which sleeps on them for long. Whatever the interleaving, one of the two wakes it.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the keeper was woken")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "nobody woke the keeper")
@State
public class PollerMeetsRelier extends ObservedSleep {

  private final PollWork work = new PollWork();
  private final Watch watch = work.watch;

  @SuppressWarnings("this-escape") // nobody calls back before the test begins
  public PollerMeetsRelier() {
    super(2 * PollWork.DEADLINE_NANOS, PollWork.DEADLINE_NANOS);
    work.makeBed();
    fallAsleep(watch.driversAlarm());
  }

  @Actor
  public void poller() {
    work.poll();
  }

  @Actor
  public void relier() {
    watch.rely(new ReadyWaiter());
  }

  @Arbiter
  public void keeper(I_Result result) {
    result.r1 = wasWoken() ? 1 : 0;
  }
}
