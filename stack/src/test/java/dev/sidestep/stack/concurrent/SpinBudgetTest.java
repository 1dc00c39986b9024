package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SpinBudgetTest {

  private static final long FIRST_NANOS = 40_000;
  private static final long MOST_NANOS = 100_000;

  private final SpinBudget budget = new SpinBudget();

  private long afterSleeps(int count, long sleptNanos) {
    for (int i = 0; i < count; i++) {
      budget.slept(sleptNanos, FIRST_NANOS, MOST_NANOS);
    }
    return budget.nanos(FIRST_NANOS);
  }

  @Test
  void startsWithTheFirst() {
    assertEquals(FIRST_NANOS, budget.nanos(FIRST_NANOS));
  }

  @Test
  void shortSleepsDoubleItUpToTheMost() {
    assertEquals(2 * FIRST_NANOS, afterSleeps(1, 60_000));
    assertEquals(MOST_NANOS, afterSleeps(10, 60_000));
  }

  @Test
  void sleepsThatNoSpinCouldHaveAvoidedHalveItUntilNothingIsLeft() {
    assertEquals(FIRST_NANOS / 2, afterSleeps(1, MOST_NANOS));
    assertEquals(0, afterSleeps(5, MOST_NANOS));
  }

  @Test
  void comesBackWhenTheSleepsAreShortAgain() {
    afterSleeps(10, MOST_NANOS);
    assertEquals(SpinBudget.SMALLEST_NANOS, afterSleeps(1, 60_000));
    assertEquals(2 * SpinBudget.SMALLEST_NANOS, afterSleeps(1, 60_000));
  }

  @Test
  void spinningForEverStaysSo() {
    budget.slept(1, Long.MAX_VALUE, Long.MAX_VALUE);
    assertEquals(Long.MAX_VALUE, budget.nanos(Long.MAX_VALUE));
  }

  @Test
  void yieldsFirstWhileTheAnswerComesFromTheSameProcessor() {
    assertFalse(budget.yieldsFirst());
    budget.answeredAfterYield(3_000);
    assertTrue(budget.yieldsFirst());
    budget.answeredAfterYield(400);
    assertFalse(budget.yieldsFirst());
  }
}
