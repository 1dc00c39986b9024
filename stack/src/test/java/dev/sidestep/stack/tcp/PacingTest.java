package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.tcp.congestion.CongestionControl;
import org.junit.jupiter.api.Test;

class PacingTest {

  private static final int MSS = 1000;
  private static final long NOW = 5_000_000_000L;

  /** A segment each 100 µs. */
  private static final long RATE = 10_000_000;

  private static final long GAP_NANOS = 100_000;

  private final Pacing pacing = new Pacing();

  private int sendsAllThatMayLeave(long nowNanos) {
    int count = 0;
    while (count < 1000 && pacing.mayLeave(nowNanos)) {
      pacing.onSent(MSS, RATE, nowNanos);
      count++;
    }
    return count;
  }

  @Test
  void withoutARateEverythingLeavesAtOnce() {
    for (int i = 0; i < 1000; i++) {
      assertTrue(pacing.mayLeave(NOW));
      pacing.onSent(MSS, CongestionControl.NOT_PACED, NOW);
    }
  }

  @Test
  void afterSilenceNoMoreThanTheCreditLeavesAtOnce() {
    assertEquals(Pacing.CREDIT_NANOS / GAP_NANOS + 1, sendsAllThatMayLeave(NOW));
    assertEquals(NOW + GAP_NANOS, pacing.nextNanos());
  }

  @Test
  void afterThatOneSegmentLeavesPerGap() {
    sendsAllThatMayLeave(NOW);
    assertFalse(pacing.mayLeave(NOW + GAP_NANOS - 1));
    for (int i = 1; i < 10; i++) {
      assertEquals(1, sendsAllThatMayLeave(NOW + i * GAP_NANOS));
    }
  }

  @Test
  void whoComesLateMakesUpForIt() {
    sendsAllThatMayLeave(NOW);
    assertEquals(5, sendsAllThatMayLeave(NOW + 5 * GAP_NANOS));
  }
}
