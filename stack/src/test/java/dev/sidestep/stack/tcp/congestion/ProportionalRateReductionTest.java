package dev.sidestep.stack.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** RFC 9937 in numbers: from a window of 20 segments to 10. */
class ProportionalRateReductionTest {

  private static final int MSS = 1000;
  private static final int THRESHOLD = 10 * MSS;

  private final ProportionalRateReduction reduction = new ProportionalRateReduction();

  ProportionalRateReductionTest() {
    reduction.begin(20 * MSS);
  }

  private int ack(int deliveredSegments, boolean progress, int inFlightSegments) {
    return reduction.onAck(
            deliveredSegments * MSS, progress, inFlightSegments * MSS, THRESHOLD, MSS)
        / MSS;
  }

  @Test
  void theFirstSegmentIsSentAgainAtOnce() {
    assertEquals(17, ack(1, false, 16));
  }

  @Test
  void aboveTheThresholdHalfOfWhatArrivesIsSent() {
    int inFlight = 19;
    int sent = 0;
    for (int i = 0; i < 8; i++) {
      inFlight--;
      int window = ack(1, true, inFlight);
      while (inFlight < window) {
        reduction.onSent(MSS);
        inFlight++;
        sent++;
      }
    }
    assertEquals(4, sent);
    assertEquals(15, inFlight);
  }

  @Test
  void belowItThereIsOneMoreThanArrivesWhileNothingElseIsLost() {
    reduction.onSent(MSS);
    assertEquals(5 + 1 + 1, ack(1, true, 5));
    reduction.onSent(2 * MSS);
    assertEquals(5 + 1, ack(1, false, 5), "something was: no more than arrives");
  }

  @Test
  void theWindowNeverPassesTheThresholdOnItsWayUp() {
    reduction.onSent(MSS);
    assertEquals(THRESHOLD / MSS, ack(8, true, 9));
  }

  @Test
  void whatTellsOfNothingChangesNothing() {
    assertEquals(0, reduction.onAck(0, false, 15 * MSS, THRESHOLD, MSS));
  }

  @Test
  void largeWindowsDoNotOverflow() {
    ProportionalRateReduction large = new ProportionalRateReduction();
    large.begin(1 << 30);
    int window = large.onAck(1 << 29, true, 1 << 29, 1 << 28, MSS);
    assertTrue(window >= 1 << 29, "window " + window);
  }
}
