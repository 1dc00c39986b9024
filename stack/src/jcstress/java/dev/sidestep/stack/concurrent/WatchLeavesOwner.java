package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The watcher leaves while the owner sets a timer and gives ownership back; the driver sleeps for
 * long. Whatever the interleaving, one of the two wakes the driver.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the driver was woken")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "nobody woke the driver")
@State
public class WatchLeavesOwner extends ObservedSleep {

  private final TimerWork timer = new TimerWork();
  private final Watch watch = new Watch(timer.ownership);
  private final Waiter waiter = new ReadyWaiter();

  @SuppressWarnings("this-escape") // nobody calls back before the test begins
  public WatchLeavesOwner() {
    timer.onReleased = watch::released;
    if (!watch.tryTake(waiter)) {
      throw new AssertionError("somebody else watches");
    }
    fallAsleep(watch.driversAlarm());
  }

  @Actor
  public void watcher() {
    watch.leave(waiter);
  }

  @Actor
  public void owner() {
    timer.takeAndRelease();
  }

  @Arbiter
  public void driver(I_Result result) {
    result.r1 = wasWoken() ? 1 : 0;
  }
}
