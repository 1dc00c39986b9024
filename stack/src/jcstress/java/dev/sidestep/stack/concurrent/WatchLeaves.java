package dev.sidestep.stack.concurrent;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The watcher leaves while the owner sets a timer and gives ownership back, and the driver goes to
 * sleep for long. Whatever the interleaving, one of the two wakes the driver, or it sees the timer.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "saw the timer in time")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "slept for long and was woken")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "slept for long and nobody woke it")
@State
public class WatchLeaves extends ObservedSleep {

  private final TimerWork timer = new TimerWork();
  private final Watch watch = new Watch(timer.ownership);
  private final AtomicInteger awake = new AtomicInteger(2);
  private final Waiter waiter =
      new Waiter() {
        @Override
        public boolean isReady() {
          return true;
        }
      };

  public WatchLeaves() {
    timer.onReleased = watch::ring;
    if (!watch.tryTake(waiter)) {
      throw new AssertionError("somebody else watches");
    }
  }

  private void gone() {
    if (awake.decrementAndGet() == 0) {
      wakerIsGone();
    }
  }

  @Actor
  public void driver(I_Result result) {
    result.r1 = sleepObserved(watch.driversAlarm());
  }

  @Actor
  public void watcher() {
    watch.leave(waiter);
    gone();
  }

  @Actor
  public void owner() {
    timer.takeAndRelease();
    gone();
  }
}
