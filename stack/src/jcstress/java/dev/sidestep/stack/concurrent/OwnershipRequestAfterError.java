package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The owner is hit by an error, wherever that is, while another thread submits a request. Ownership
 * is free afterwards, and the request is carried out: by its thread or, where the owner should have
 * done it, by whoever comes next, and then somebody was told to come at once.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "carried out, and released")
@Outcome(expect = Expect.FORBIDDEN, desc = "a request was stranded, or ownership kept")
@State
public class OwnershipRequestAfterError {

  private final CountingWork work = new CountingWork();
  private final CountingWork.Wish wish = new CountingWork.Wish();

  @Actor
  public void unluckyOwner() {
    if (work.ownership.tryTake()) {
      work.unlucky = true;
      try {
        work.ownership.release();
      } catch (StackOverflowError expected) {
        // As what it is.
      }
    }
  }

  @Actor
  public void submitter() {
    work.ownership.submit(wish, 1);
  }

  @Arbiter
  public void count(II_Result result) {
    if (work.carriedOut == 0 && work.toldNanos == Ownership.AT_ONCE && work.ownership.tryTake()) {
      work.carryOut(null, 0);
      work.ownership.release();
    }
    result.r1 = work.carriedOut;
    result.r2 = work.ownership.isHeld() ? 1 : 0;
  }
}
