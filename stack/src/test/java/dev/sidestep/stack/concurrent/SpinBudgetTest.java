package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SpinBudgetTest {

  private static final long LEAST_NANOS = 100;
  private static final long MOST_NANOS = 1000;

  private final SpinBudget budget = new SpinBudget();

  @Test
  void startsWithTheLeast() {
    assertEquals(LEAST_NANOS, budget.nanos(LEAST_NANOS));
  }

  @Test
  void shortSleepsDoubleItUpToTheMost() {
    budget.slept(300, LEAST_NANOS, MOST_NANOS);
    assertEquals(200, budget.nanos(LEAST_NANOS));
    for (int i = 0; i < 10; i++) {
      budget.slept(300, LEAST_NANOS, MOST_NANOS);
    }
    assertEquals(MOST_NANOS, budget.nanos(LEAST_NANOS));
  }

  @Test
  void aSleepThatNoSpinCouldHaveAvoidedSetsItBack() {
    budget.slept(300, LEAST_NANOS, MOST_NANOS);
    budget.slept(MOST_NANOS, LEAST_NANOS, MOST_NANOS);
    assertEquals(LEAST_NANOS, budget.nanos(LEAST_NANOS));
  }

  @Test
  void spinningForEverStaysSo() {
    budget.slept(1, Long.MAX_VALUE, Long.MAX_VALUE);
    assertEquals(Long.MAX_VALUE, budget.nanos(Long.MAX_VALUE));
  }
}
