package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** RFC 6298 in numbers. */
class RttEstimatorTest {

  private static final TcpConfig CONFIG = TcpConfig.defaults();

  private final RttEstimator rtt = new RttEstimator(CONFIG);

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void beforeTheFirstSampleItIsASecond() {
    assertEquals(millis(1000), rtt.rtoNanos());
    assertEquals(0, rtt.smoothedNanos());
  }

  @Test
  void theFirstSampleCountsInFull() {
    rtt.sample(millis(300));
    assertEquals(millis(300), rtt.smoothedNanos());
    assertEquals(millis(900), rtt.rtoNanos());
  }

  @Test
  void aSteadyRoundTripEndsAtLinuxFloor() {
    for (int i = 0; i < 100; i++) {
      rtt.sample(millis(50));
    }
    assertEquals(millis(50), rtt.smoothedNanos());
    assertEquals(millis(250), rtt.rtoNanos());
  }

  @Test
  void backingOffDoublesUpToTwoMinutes() {
    rtt.sample(millis(100));
    long rto = rtt.rtoNanos();
    for (int i = 0; i < 100; i++) {
      assertEquals(Math.min(rto, CONFIG.maxRtoNanos()), rtt.rtoNanos());
      rtt.backOff();
      rto = Math.min(2 * rto, CONFIG.maxRtoNanos());
    }
    rtt.resetBackoff();
    assertEquals(millis(300), rtt.rtoNanos());
  }

  @Property
  void theTimeoutIsAlwaysBetweenItsBounds(
      @ForAll @Size(max = 50) long[] samples, @ForAll @LongRange(min = 0, max = 70) long backoffs) {
    RttEstimator estimator = new RttEstimator(CONFIG);
    for (long sample : samples) {
      estimator.sample(sample & (Long.MAX_VALUE >>> 8));
    }
    for (long i = 0; i < backoffs; i++) {
      estimator.backOff();
    }
    assertTrue(estimator.rtoNanos() >= CONFIG.minRtoNanos());
    assertTrue(estimator.rtoNanos() <= CONFIG.maxRtoNanos());
  }
}
