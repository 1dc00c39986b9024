package dev.sidestep.stack.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two threads want something of what only one may touch at a time: one comes to poll and then
 * submits a request, the other submits one for the same thing twice. Whatever the interleaving,
 * everything asked for is carried out, and nobody owns anything in the end.
 */
@JCStressTest
@Outcome(id = "7, 0", expect = Expect.ACCEPTABLE, desc = "all that was asked for, and released")
@Outcome(expect = Expect.FORBIDDEN, desc = "a request was stranded, or ownership kept")
@State
public class OwnershipRequest {

  private final CountingWork work = new CountingWork();
  private final CountingWork.Wish wish = new CountingWork.Wish();
  private final CountingWork.Wish otherWish = new CountingWork.Wish();

  @Actor
  public void poller() {
    if (work.ownership.tryTake()) {
      try {
        work.carryOut(null, 0);
      } finally {
        work.ownership.release();
      }
    }
    work.ownership.submit(otherWish, 4);
  }

  @Actor
  public void submitter() {
    work.ownership.submit(wish, 1);
    work.ownership.submit(wish, 2);
  }

  @Arbiter
  public void count(II_Result result) {
    result.r1 = work.carriedOut;
    result.r2 = work.ownership.isHeld() ? 1 : 0;
  }
}
