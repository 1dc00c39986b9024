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

  @Test
  void slowStartGrowsByWhatIsAcknowledged() {
    reno.onAck(MSS, true);
    assertEquals(11 * MSS, reno.windowBytes());
    reno.onAck(300, true);
    assertEquals(11_300, reno.windowBytes(), "ACK division earns nothing (RFC 3465)");
    reno.onAck(9 * MSS, true);
    assertEquals(13_300, reno.windowBytes(), "at most L = 2 segments for an ACK");
  }

  @Test
  void aWindowThatDoesNotLimitDoesNotGrow() {
    reno.onAck(MSS, false);
    assertEquals(10 * MSS, reno.windowBytes());
  }

  @Test
  void congestionAvoidanceGrowsOneSegmentForAWindow() {
    reno.onLoss(10 * MSS);
    reno.onRecovered();
    assertEquals(5 * MSS, reno.windowBytes());
    assertFalse(reno.inSlowStart());
    for (int i = 0; i < 4; i++) {
      reno.onAck(MSS, true);
      assertEquals(5 * MSS, reno.windowBytes());
    }
    reno.onAck(MSS, true);
    assertEquals(6 * MSS, reno.windowBytes());
  }

  @Test
  void aLossHalvesAndATimeoutStartsOver() {
    reno.onLoss(8 * MSS);
    assertEquals(4 * MSS, reno.windowBytes());
    reno.onTimeout(8 * MSS);
    assertEquals(MSS, reno.windowBytes());
    assertEquals(4 * MSS, reno.slowStartThresholdBytes());
    reno.onTimeout(MSS);
    assertEquals(2 * MSS, reno.slowStartThresholdBytes(), "RFC 5681 §3.1 equation 4");
  }

  @Test
  void idlenessShrinksTheWindowToTheInitialOne() {
    for (int i = 0; i < 30; i++) {
      reno.onAck(MSS, true);
    }
    assertEquals(40 * MSS, reno.windowBytes());
    reno.onIdle(150, 100);
    assertEquals(20 * MSS, reno.windowBytes());
    reno.onIdle(100_000, 100);
    assertEquals(10 * MSS, reno.windowBytes());
  }
}
