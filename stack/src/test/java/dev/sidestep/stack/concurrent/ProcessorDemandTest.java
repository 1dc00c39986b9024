package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessorDemandTest {

  private static final long FREE_NANOS = 800;
  private static final long SHORTLY_NANOS = 20_000;
  private static final long TIME_SLICE_NANOS = 3_000_000;

  private long nowNanos = 7;

  private int runnable = 3;

  private final ProcessorDemand demand = new ProcessorDemand(2, () -> runnable, nowNanos);

  private void turns(int count, long awayNanos) {
    for (int i = 0; i < count; i++) {
      assertFalse(demand.wasAway(awayNanos, nowNanos), "turn " + i);
    }
  }

  /** For how many milliseconds nobody may spin from now on. */
  private long pauseMillis() {
    long millis = 0;
    while (!demand.tryBeginSpin(nowNanos)) {
      nowNanos += TimeUnit.MILLISECONDS.toNanos(1);
      millis++;
    }
    demand.endSpin();
    return millis;
  }

  @Test
  void aProcessorIsLeftToWhoeverAnswers() {
    assertTrue(demand.tryBeginSpin(nowNanos));
    assertFalse(demand.tryBeginSpin(nowNanos));
    demand.endSpin();
    assertTrue(demand.tryBeginSpin(nowNanos));
  }

  @Test
  void onASingleProcessorNobodySpins() {
    assertFalse(new ProcessorDemand(1, () -> runnable, nowNanos).tryBeginSpin(nowNanos));
  }

  @Test
  void whoComputesOnTheProcessorEndsTheSpinningForLongerAndLonger() {
    long lastMillis = 0;
    for (int probes = 0; probes < 10; probes++) {
      assertTrue(demand.wasAway(TIME_SLICE_NANOS, nowNanos));
      long millis = pauseMillis();
      assertTrue(millis > lastMillis, millis + " ms after " + lastMillis);
      lastMillis = millis;
    }
    assertTrue(demand.wasAway(TIME_SLICE_NANOS, nowNanos));
    assertTrue(pauseMillis() <= 1_000);
  }

  @Test
  void whereAProcessorIsIdleTheOtherCanGoThere() {
    runnable = 2;
    assertFalse(demand.wasAway(TIME_SLICE_NANOS, nowNanos));
    assertTrue(demand.tryBeginSpin(nowNanos));
  }

  @Test
  void somethingRareCostsAMillisecond() {
    for (int i = 0; i < 10; i++) {
      turns(1_000, FREE_NANOS);
      assertTrue(demand.wasAway(TIME_SLICE_NANOS, nowNanos));
      assertTrue(pauseMillis() <= 1);
    }
  }

  @Test
  void threadsThatAnswerAreLetIn() {
    turns(1_000, SHORTLY_NANOS);
    assertTrue(demand.tryBeginSpin(nowNanos));
  }
}
