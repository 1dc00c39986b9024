package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.config.Profile;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.config.Wildcard;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.engine.StackStartException;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread that holds the blocking lock of its channel goes to sleep on it while the stack wakes
 * it. A lost wake-up would leave the sleeper where it is.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "awake")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@State
public class MonitorWakeUp {

  /** Only a lost wake-up takes so long. */
  private static final long LOST_NANOS = 2_000_000_000L;

  private static final MonitorNotifier NOTIFIER = MonitorNotifier.of(engine());

  private final Object monitor = new Object();
  private volatile boolean ready;

  private final MonitorParker place = new MonitorParker(monitor, NOTIFIER);

  private final Waiter waiter =
      new Waiter() {
        @Override
        public boolean isReady() {
          return ready;
        }

        @Override
        protected Parker parker() {
          return place;
        }
      };

  private static StackEngine engine() {
    try {
      return StackEngine.start(
          new StackConfig(
              List.of(),
              List.of(),
              null,
              0,
              Profile.BALANCED,
              true,
              List.of(),
              true,
              Wildcard.BOTH,
              true,
              false,
              false,
              null,
              1L << 20,
              0));
    } catch (StackStartException e) {
      throw new IllegalStateException(e);
    }
  }

  @Actor
  public void sleeper(I_Result result) {
    synchronized (monitor) {
      long startNanos = System.nanoTime();
      NOTIFIER.park(waiter, place, 2 * LOST_NANOS);
      result.r1 = System.nanoTime() - startNanos < LOST_NANOS ? 1 : 0;
    }
  }

  @Actor
  public void shardOwner() {
    ready = true;
    waiter.wake();
  }
}
