package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** RFC 8985 §6.2 step by step. */
class RackLossDetectionTest {

  private static final int MSS = 1000;
  private static final long RTT = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long GAP = TimeUnit.MILLISECONDS.toNanos(1);

  private final RackLossDetection rack = new RackLossDetection();
  private final SentSegments segments = new SentSegments();

  /** Segment {@code i} is sent at {@code i * GAP}. */
  private void sends(int count) {
    for (int i = 0; i < count; i++) {
      segments.append((long) i * MSS, MSS, i * GAP);
    }
  }

  private void arrives(int index) {
    int slot = segments.find((long) index * MSS);
    long sent = segments.sentNanos(slot);
    rack.onDelivered(sent, segments.end(slot), false, RTT, sent + RTT);
    segments.markSacked(slot);
  }

  @Test
  void whatWasSentBeforeSomethingDeliveredIsLostAtOnceIfTheWindowIsNone() {
    sends(4);
    arrives(2);
    assertEquals(2 * MSS, rack.detect(segments, 0, 2 * GAP + RTT));
    assertTrue(segments.isWaiting(segments.find(0)));
    assertFalse(segments.isWaiting(segments.find(3 * MSS)), "it was sent later");
    assertEquals(0, rack.waitNanos());
  }

  @Test
  void withinTheWindowItIsWaitedForAsLongAsTheLastOfThemNeeds() {
    sends(3);
    arrives(2);
    long window = 2 * GAP;
    assertEquals(MSS, rack.detect(segments, window, 2 * GAP + RTT), "the first is 2 ms late");
    assertEquals(GAP, rack.waitNanos());
    assertEquals(MSS, rack.detect(segments, window, 2 * GAP + RTT + GAP));
  }

  @Test
  void anAnswerThatIsTooEarlyForACopyTeachesNothing() {
    sends(2);
    segments.markLost(segments.first());
    segments.resent(segments.first(), 10 * GAP);
    rack.onDelivered(10 * GAP, MSS, true, RTT, 10 * GAP + RTT - 1);
    assertFalse(rack.takeAdvanced());
    rack.onDelivered(10 * GAP, MSS, true, RTT, 10 * GAP + RTT);
    assertTrue(rack.takeAdvanced());
    assertFalse(rack.takeAdvanced(), "taken once");
  }

  @Test
  void aPathThatNeverReorderedHasNoWindowOnceThreeAreSacked() {
    assertEquals(RTT / 4, rack.windowNanos(false, 2, RTT, RTT));
    assertEquals(0, rack.windowNanos(false, 3, RTT, RTT));
    assertEquals(0, rack.windowNanos(true, 0, RTT, RTT));
  }

  @Test
  void aPathThatReorderedAlwaysHasOne() {
    rack.onReordering(5 * MSS, MSS);
    assertEquals(RTT / 4, rack.windowNanos(true, 9, RTT, RTT));
    assertEquals(5, rack.reorderingSegments());
    assertTrue(rack.hasHighDegree());
    rack.forgetDegree();
    assertFalse(rack.hasHighDegree());
  }

  @Test
  void theDegreeHasALimit() {
    rack.onReordering(1000L * MSS, MSS);
    assertEquals(300, rack.reorderingSegments());
  }

  @Test
  void copiesInVainWidenTheWindowOncePerRoundTripUpToTheSmoothedOne() {
    rack.onReordering(MSS, MSS);
    rack.onDuplicateReported();
    rack.adaptWindow(0, 10 * MSS);
    assertEquals(RTT / 2, rack.windowNanos(true, 0, RTT, 10 * RTT));
    rack.onDuplicateReported();
    rack.adaptWindow(5 * MSS, 11 * MSS);
    assertEquals(RTT / 2, rack.windowNanos(true, 0, RTT, 10 * RTT), "the same round trip");
    rack.onDuplicateReported();
    rack.adaptWindow(10 * MSS, 20 * MSS);
    assertEquals(3 * RTT / 4, rack.windowNanos(true, 0, RTT, 10 * RTT));
    assertEquals(RTT / 2, rack.windowNanos(true, 0, RTT, RTT / 2));
  }

  @Test
  void aWidenedWindowIsKeptForSixteenRecoveriesThatWereNotInVain() {
    rack.onReordering(MSS, MSS);
    rack.onDuplicateReported();
    rack.adaptWindow(0, MSS);
    for (int i = 0; i < 16; i++) {
      rack.adaptWindow((long) i * MSS, (long) i * MSS);
      assertEquals(RTT / 2, rack.windowNanos(true, 0, RTT, RTT), "after " + i);
      rack.onRecovered(false);
    }
    rack.adaptWindow(20 * MSS, 20 * MSS);
    assertEquals(RTT / 4, rack.windowNanos(true, 0, RTT, RTT));
  }
}
