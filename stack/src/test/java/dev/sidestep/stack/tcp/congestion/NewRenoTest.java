package dev.sidestep.stack.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** RFC 5681 in numbers. */
class NewRenoTest {

  private static final int MSS = 1000;

  private final NewReno reno = new NewReno(MSS);

  @Test
  void itStartsWithTenSegments() {
    assertEquals(10 * MSS, reno.windowBytes());
    assertTrue(reno.inSlowStart());
  }

  private void ack(int deliveredBytes, boolean windowLimited) {
    AckSample sample = new AckSample();
    sample.clear(0);
    sample.deliveredBytes = deliveredBytes;
    sample.windowLimited = windowLimited;
    reno.onAck(sample);
  }

  @Test
  void slowStartGrowsByAllThatIsAcknowledged() {
    ack(MSS, true);
    assertEquals(11 * MSS, reno.windowBytes());
    ack(300, true);
    assertEquals(11_300, reno.windowBytes(), "ACK division earns nothing (RFC 3465)");
    ack(10 * MSS, true);
    assertEquals(21_300, reno.windowBytes(), "a stretch ACK loses nothing");
  }

  @Test
  void whatSlowStartLeavesOverCountsForCongestionAvoidance() {
    reno.onLoss(0);
    reno.setWindow(4 * MSS);
    ack(6 * MSS, true);
    assertEquals(6 * MSS, reno.windowBytes(), "one to the threshold, one for five more");
  }

  @Test
  void aWindowThatDoesNotLimitDoesNotGrow() {
    ack(MSS, false);
    assertEquals(10 * MSS, reno.windowBytes());
  }

  @Test
  void congestionAvoidanceGrowsOneSegmentForAWindow() {
    reno.onLoss(0);
    reno.onRecovered(0);
    assertEquals(5 * MSS, reno.windowBytes());
    assertFalse(reno.inSlowStart());
    for (int i = 0; i < 4; i++) {
      ack(MSS, true);
      assertEquals(5 * MSS, reno.windowBytes());
    }
    ack(MSS, true);
    assertEquals(6 * MSS, reno.windowBytes());
  }

  @Test
  void aLossSetsTheThresholdAndLeavesTheWindowToTheReduction() {
    reno.onLoss(0);
    assertEquals(10 * MSS, reno.windowBytes());
    assertEquals(5 * MSS, reno.slowStartThresholdBytes());
    reno.onRecovered(0);
    assertEquals(5 * MSS, reno.windowBytes());
  }

  @Test
  void aTimeoutLeavesOneSegmentMoreThanIsInFlight() {
    reno.onTimeout(0, false, 0);
    assertEquals(MSS, reno.windowBytes());
    assertEquals(5 * MSS, reno.slowStartThresholdBytes());
    reno.onTimeout(2 * MSS, true, 0);
    assertEquals(3 * MSS, reno.windowBytes());
    assertEquals(5 * MSS, reno.slowStartThresholdBytes(), "the same flight counts once");
    reno.onTimeout(0, false, 0);
    assertEquals(2 * MSS, reno.slowStartThresholdBytes(), "RFC 5681 §3.1 equation 4");
  }

  @Test
  void whatWasNoLossIsTakenBack() {
    reno.onLoss(0);
    reno.onRecovered(0);
    reno.onSpuriousLoss(10 * MSS, 1 << 30);
    assertEquals(10 * MSS, reno.windowBytes());
    assertTrue(reno.inSlowStart());
  }

  @Test
  void idlenessShrinksTheWindowToTheInitialOne() {
    ack(30 * MSS, true);
    assertEquals(40 * MSS, reno.windowBytes());
    reno.onIdle(150, 100);
    assertEquals(20 * MSS, reno.windowBytes());
    reno.onIdle(100_000, 100);
    assertEquals(10 * MSS, reno.windowBytes());
  }
}
