package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread goes to sleep while another publishes what it waits for. Sleep lasts until somebody ends
 * it or until it is certain that nobody will: the waker has come and gone. That is the lost
 * wake-up.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "saw the event in time")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "slept and was woken")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "slept and nobody woke it")
@State
public class WaiterWakeUp extends Waiter {

  private volatile boolean event;
  private volatile boolean woken;
  private volatile boolean wakerGone;
  private int sleep;

  @Override
  public boolean isReady() {
    return event;
  }

  @Override
  protected void sleep(long nanos) {
    while (!woken && !wakerGone) {
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
    park(Long.MAX_VALUE);
    result.r1 = sleep;
  }

  @Actor
  public void waker() {
    event = true;
    wake();
    wakerGone = true;
  }
}
