package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread goes to sleep while another closes the set of those who sleep. Whatever the
 * interleaving, it does not go on sleeping once the other has come and gone.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "was told in time")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "slept and was woken")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "slept and nobody woke it")
@State
public class ParkedWaiterLeaves extends Waiter {

  private final ParkedWaiters parked = new ParkedWaiters();

  private volatile boolean woken;
  private volatile boolean closerGone;
  private int sleep;

  @Override
  public boolean isReady() {
    return false;
  }

  @Override
  protected void sleep(long nanos) {
    while (!woken && !closerGone) {
      Thread.onSpinWait();
    }
    sleep = woken ? 1 : 2;
  }

  @Override
  protected void interruptSleep(Thread sleeper) {
    woken = true;
  }

  @Actor
  public void waiter(I_Result result) {
    parked.add(this);
    park(Long.MAX_VALUE);
    parked.remove(this);
    result.r1 = sleep;
  }

  @Actor
  public void closer() {
    parked.close();
    closerGone = true;
  }
}
