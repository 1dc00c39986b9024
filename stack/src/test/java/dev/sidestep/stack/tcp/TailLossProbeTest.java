package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.tcp.TailLossProbe.Verdict;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** RFC 8985 §7. */
class TailLossProbeTest {

  private static final TcpConfig CONFIG = TcpConfig.defaults();
  private static final int END = 5000;

  private final TailLossProbe probe = new TailLossProbe();

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void itComesAfterTwoRoundTripsAndALittle() {
    assertEquals(millis(42), TailLossProbe.timeoutNanos(millis(20), false, CONFIG));
  }

  @Test
  void aSingleSegmentWaitsForADelayedAckAsWell() {
    assertEquals(millis(240), TailLossProbe.timeoutNanos(millis(20), true, CONFIG));
  }

  @Test
  void withoutARoundTripItWaitsAsLongAsTheFirstTimeout() {
    assertEquals(CONFIG.initialRtoNanos(), TailLossProbe.timeoutNanos(0, false, CONFIG));
  }

  @Test
  void newDataThatIsAcknowledgedMeansNoLoss() {
    probe.onSent(END, false);
    assertTrue(probe.isOutstanding());
    assertEquals(Verdict.NONE, probe.onAck(END - 1, false, false));
    assertEquals(Verdict.NO_LOSS, probe.onAck(END, false, false));
    assertFalse(probe.isOutstanding());
  }

  @Test
  void aCopyOfWhichADuplicateIsReportedWentForNothing() {
    probe.onSent(END, true);
    assertTrue(probe.isProbe(END));
    assertEquals(Verdict.NO_LOSS, probe.onAck(END, true, false));
  }

  @Test
  void anotherAckOfTheSameTellsThatBothArrived() {
    probe.onSent(END, true);
    assertEquals(Verdict.NONE, probe.onAck(END, false, false), "the first, or the copy");
    assertEquals(Verdict.NO_LOSS, probe.onAck(END, false, true));
  }

  @Test
  void whatIsAcknowledgedBeyondACopyTellsThatItRepairedALoss() {
    probe.onSent(END, true);
    assertEquals(Verdict.NONE, probe.onAck(END, false, false));
    assertEquals(Verdict.REPAIRED, probe.onAck(END + 1000, false, false));
    assertFalse(probe.isOutstanding());
  }

  @Test
  void aRecoveryFindsOutByItself() {
    probe.onSent(END, true);
    probe.forget();
    assertFalse(probe.isProbe(END));
    assertEquals(Verdict.NONE, probe.onAck(END + 1000, false, false));
  }
}
