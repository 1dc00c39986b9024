package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaiterTest {

  /** Writes down what it is asked for. */
  private static final class Place implements Parker {

    private final List<String> calls = new ArrayList<>();

    @Override
    public void park(Waiter waiter, long nanos) {
      calls.add("park " + nanos);
    }

    @Override
    public void unpark(Thread sleeper) {
      calls.add("unpark");
    }

    @Override
    public void collect() {
      calls.add("collect");
    }
  }

  private final Place parker = new Place();
  private boolean ready;
  private final Waiter waiter =
      new Waiter() {
        @Override
        public boolean isReady() {
          return ready;
        }

        @Override
        protected Parker parker() {
          return parker;
        }
      };

  @Test
  void whoHasNothingToDoSleeps() {
    waiter.park(5);
    assertEquals(List.of("park 5"), parker.calls);
  }

  @Test
  void whatHasHappenedAlreadyIsNotSleptThrough() {
    ready = true;
    waiter.park(5);
    assertEquals(List.of(), parker.calls);
  }

  @Test
  void aTimeThatIsOverLeavesALook() {
    waiter.park(0);
    waiter.park(-2_000_000);
    assertEquals(List.of("collect", "collect"), parker.calls);
  }

  @Test
  void nobodyIsWokenWhoDoesNotSleep() {
    waiter.park(5);
    waiter.wake();
    assertEquals(List.of("park 5"), parker.calls);
  }
}
