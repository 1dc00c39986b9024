package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The watcher leaves while the driver goes to sleep for long, although a timer is due earlier.
 * Whatever the interleaving, the watcher wakes the driver, or it sees that the timer is its own.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "saw the timer in time")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "slept for long and was woken")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "slept for long and nobody woke it")
@State
public class WatchLeaves extends ObservedSleep {

  private final TimerWork timer = new TimerWork();
  private final Watch watch = new Watch(timer.ownership);
  private final Waiter waiter = new ReadyWaiter();

  public WatchLeaves() {
    timer.onReleased = watch::released;
    if (!watch.tryTake(waiter)) {
      throw new AssertionError("somebody else watches");
    }
    timer.takeAndRelease();
  }

  @Actor
  public void driver(I_Result result) {
    result.r1 = sleepObserved(watch.driversAlarm());
  }

  @Actor
  public void watcher() {
    watch.leave(waiter);
    wakerIsGone();
  }
}
