package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is sent away, and who is not. */
final class ParkedWaitersTest {

  private final ParkedWaiters parked = new ParkedWaiters();

  /** Counts its sleeps instead of sleeping. */
  private static final class Sleeper extends Waiter implements Parker {
    private int sleeps;

    @Override
    public boolean isReady() {
      return false;
    }

    @Override
    protected Parker parker() {
      return this;
    }

    @Override
    public void park(Waiter waiter, long nanos) {
      sleeps++;
    }

    @Override
    public void unpark(Thread sleeper) {}
  }

  private static int sleepsOf(Sleeper sleeper) {
    sleeper.park(Long.MAX_VALUE);
    return sleeper.sleeps;
  }

  private List<Sleeper> add(int count) {
    List<Sleeper> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Sleeper sleeper = new Sleeper();
      parked.add(sleeper);
      added.add(sleeper);
    }
    return added;
  }

  @Test
  void closingSendsAwayWhoIsThereAndNotWhoHasLeft() {
    List<Sleeper> sleepers = add(40);
    Sleeper first = sleepers.removeFirst();
    Sleeper middle = sleepers.remove(20);
    Sleeper last = sleepers.removeLast();
    parked.remove(first);
    parked.remove(middle);
    parked.remove(last);
    assertEquals(37, parked.count());
    parked.close();
    sleepers.forEach(s -> assertEquals(0, sleepsOf(s)));
    assertEquals(1, sleepsOf(first));
    assertEquals(1, sleepsOf(middle));
    assertEquals(1, sleepsOf(last));
  }

  @Test
  void whoComesLaterDoesNotSleepEither() {
    parked.close();
    Sleeper late = add(1).getFirst();
    assertEquals(0, sleepsOf(late));
    parked.remove(late);
    assertEquals(0, parked.count());
    // Elsewhere it may.
    assertEquals(1, sleepsOf(late));
  }
}
