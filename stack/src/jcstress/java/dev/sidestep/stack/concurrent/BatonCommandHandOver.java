package dev.sidestep.stack.concurrent;

import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * An owner gives the baton back while another thread finds it taken and leaves a command. Whatever
 * the interleaving, somebody carries the command out: the owner, who looks again after the release,
 * or the submitter, who tries again after leaving it.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the command was carried out once")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "the command was stranded")
@State
public class BatonCommandHandOver {

  private final Baton baton = new Baton();
  private final MpscUnboundedVarHandleArrayQueue<Integer> commands =
      new MpscUnboundedVarHandleArrayQueue<>(2);

  /** Plain on purpose: only the baton orders the accesses of its holders. */
  private int carriedOut;

  public BatonCommandHandOver() {
    baton.tryTake();
  }

  @Actor
  public void owner() {
    drain();
    release();
  }

  @Actor
  public void submitter() {
    if (!baton.tryTake()) {
      commands.offer(1);
      if (!baton.tryTake()) {
        return;
      }
      drain();
    } else {
      carriedOut++;
    }
    release();
  }

  private void release() {
    baton.release();
    while (!commands.isEmpty() && baton.tryTake()) {
      drain();
      baton.release();
    }
  }

  private void drain() {
    while (commands.poll() != null) {
      carriedOut++;
    }
  }

  @Arbiter
  public void count(I_Result result) {
    result.r1 = carriedOut;
  }
}
