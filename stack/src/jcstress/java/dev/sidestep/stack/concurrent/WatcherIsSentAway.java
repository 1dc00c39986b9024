package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread becomes the watcher and goes to sleep while another closes the watch. Whatever the
 * interleaving, it does not go on sleeping once the other has come and gone.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "was told in time")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "slept and was woken")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "slept and nobody woke it")
@State
public class WatcherIsSentAway extends ObservedWaiter {

  private final Watch watch = new Watch(new TimerWork().ownership);

  @Override
  public boolean isReady() {
    return false;
  }

  @Actor
  public void waiter(I_Result result) {
    if (watch.tryTake(this)) {
      result.r1 = parkObserved();
      watch.leave(this);
    }
  }

  @Actor
  public void closer() {
    watch.close();
    wakerIsGone();
  }
}
