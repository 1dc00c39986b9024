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
public class WaiterWakeUp extends ObservedWaiter {

  private volatile boolean event;

  @Override
  public boolean isReady() {
    return event;
  }

  @Actor
  public void waiter(I_Result result) {
    result.r1 = parkObserved();
  }

  @Actor
  public void waker() {
    event = true;
    wake();
    wakerIsGone();
  }
}
