package dev.sidestep.stack.tcp;

import static dev.sidestep.stack.tcp.SentSegments.EVER_RESENT;
import static dev.sidestep.stack.tcp.SentSegments.LOST;
import static dev.sidestep.stack.tcp.SentSegments.NONE;
import static dev.sidestep.stack.tcp.SentSegments.RESENT;
import static dev.sidestep.stack.tcp.SentSegments.SACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SentSegmentsTest {

  private static final int MSS = 1000;

  private final SentSegments segments = new SentSegments();
  private long clockNanos;

  private void sends(int count) {
    for (int i = 0; i < count; i++) {
      long start = segments.isEmpty() ? 0 : segments.end(segments.last());
      segments.append(start, MSS, ++clockNanos);
    }
  }

  private int slot(int index) {
    return segments.find((long) index * MSS);
  }

  /** Starts of those in the list of the order of sending. */
  private List<Long> sendingOrder() {
    List<Long> starts = new ArrayList<>();
    for (int at = segments.oldest(); at != NONE; at = segments.sentAfter(at)) {
      starts.add(segments.start(at) / MSS);
    }
    return starts;
  }

  @Test
  void whatWasSentIsInFlightInItsOrder() {
    sends(3);
    assertEquals(3 * MSS, segments.inFlightBytes());
    assertEquals(List.of(0L, 1L, 2L), sendingOrder());
    assertEquals(MSS, segments.start(segments.after(segments.first())));
    assertEquals(NONE, segments.after(segments.last()));
  }

  @Test
  void aSegmentIsFoundByAnyOfItsBytes() {
    sends(3);
    assertEquals(slot(1), segments.find(MSS));
    assertEquals(slot(1), segments.find(2 * MSS - 1));
    assertEquals(NONE, segments.find(3 * MSS));
  }

  @Test
  void whatIsSackedIsNotInFlightAndNeverLost() {
    sends(3);
    segments.markSacked(slot(1));
    assertEquals(2 * MSS, segments.inFlightBytes());
    assertEquals(0, segments.markLost(slot(1)));
    assertEquals(List.of(0L, 2L), sendingOrder());
  }

  @Test
  void whatIsLostWaitsUntilItIsSentAgainAsTheNewest() {
    sends(3);
    assertEquals(MSS, segments.markLost(slot(0)));
    assertEquals(slot(0), segments.firstLost());
    assertEquals(2 * MSS, segments.inFlightBytes());
    segments.resent(slot(0), ++clockNanos);
    assertEquals(NONE, segments.firstLost());
    assertEquals(3 * MSS, segments.inFlightBytes());
    assertEquals(List.of(1L, 2L, 0L), sendingOrder());
    assertTrue(segments.is(slot(0), EVER_RESENT));
  }

  @Test
  void aCopyCanBeLostAsWell() {
    sends(2);
    segments.markLost(slot(0));
    segments.resent(slot(0), ++clockNanos);
    assertEquals(MSS, segments.markLost(slot(0)));
    assertEquals(0, segments.resentBytes());
    assertEquals(MSS, segments.lostBytes());
    assertEquals(slot(0), segments.firstLost());
  }

  @Test
  void sackingACopyTakesBackBothLossAndCopy() {
    sends(2);
    segments.markLost(slot(0));
    segments.resent(slot(0), ++clockNanos);
    segments.markSacked(slot(0));
    assertEquals(0, segments.lostBytes());
    assertEquals(0, segments.resentBytes());
    assertEquals(MSS, segments.inFlightBytes());
  }

  @Test
  void whatIsAcknowledgedIsForgottenWhateverItWas() {
    sends(4);
    segments.markLost(slot(0));
    segments.markSacked(slot(1));
    segments.removeFirst();
    segments.removeFirst();
    assertEquals(0, segments.lostBytes());
    assertEquals(0, segments.sackedBytes());
    assertEquals(0, segments.sackedCount());
    assertEquals(2 * MSS, segments.inFlightBytes());
  }

  @Test
  void aPartOfTheFirstCanBeAcknowledged() {
    sends(2);
    segments.markLost(slot(0));
    segments.trimFirst(300);
    assertEquals(300, segments.start(segments.first()));
    assertEquals(700, segments.lostBytes());
    assertEquals(MSS, segments.inFlightBytes());
  }

  @Test
  void aPeerThatRenegesHasItAllInFlightAgain() {
    sends(3);
    segments.markSacked(slot(0));
    segments.markSacked(slot(2));
    segments.unmarkSacked();
    assertEquals(3 * MSS, segments.inFlightBytes());
    assertEquals(List.of(1L, 0L, 2L), sendingOrder());
  }

  @Test
  void nothingIsLostAfterAll() {
    sends(2);
    segments.markLost(slot(0));
    segments.unmarkLost();
    assertEquals(0, segments.lostBytes());
    assertEquals(NONE, segments.firstLost());
    assertEquals(2, sendingOrder().size());
  }

  @Test
  void smallLostSegmentsAreJoinedUpToTheMost() {
    sends(3);
    segments.markLost(slot(0));
    segments.markLost(slot(1));
    assertFalse(segments.joinFirst(2 * MSS - 1));
    assertTrue(segments.joinFirst(2 * MSS));
    assertEquals(2, segments.count());
    assertEquals(2 * MSS, segments.lengthBytes(segments.first()));
    assertEquals(2 * MSS, segments.lostBytes());
  }

  @Test
  void smallerSegmentsKeepWhatWasKnownOfTheLarger() {
    sends(2);
    segments.markLost(slot(0));
    segments.markSacked(slot(1));
    segments.recut(400);
    assertEquals(6, segments.count());
    assertEquals(MSS, segments.lostBytes());
    assertEquals(3, segments.sackedCount());
    assertEquals(400, segments.lengthBytes(segments.firstLost()));
    assertTrue(segments.is(segments.last(), SACKED));
  }

  /** Whatever happens in whatever order, the sums are those of the flags. */
  @Property
  void theSumsAgreeWithTheFlags(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SentSegments sent = new SentSegments();
    long next = 0;
    for (int step = 0; step < 300; step++) {
      int slot = sent.isEmpty() ? NONE : sent.find(anyPosition(sent, random));
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          sent.append(next, MSS, step);
          next += MSS;
        }
        case 2 -> {
          if (slot != NONE && !sent.is(slot, SACKED)) {
            sent.markSacked(slot);
          }
        }
        case 3 -> {
          if (slot != NONE) {
            sent.markLost(slot);
          }
        }
        case 4 -> {
          if (sent.firstLost() != NONE) {
            sent.resent(sent.firstLost(), step);
          }
        }
        default -> {
          if (!sent.isEmpty()) {
            sent.removeFirst();
          }
        }
      }
      assertSumsAgree(sent);
    }
  }

  private static long anyPosition(SentSegments sent, SplittableRandom random) {
    return random.nextLong(sent.start(sent.first()), sent.end(sent.last()));
  }

  private static void assertSumsAgree(SentSegments sent) {
    int sacked = 0;
    int lost = 0;
    int resent = 0;
    int waiting = 0;
    for (int slot = sent.isEmpty() ? NONE : sent.first(); slot != NONE; slot = sent.after(slot)) {
      sacked += sent.is(slot, SACKED) ? MSS : 0;
      lost += sent.is(slot, LOST) ? MSS : 0;
      resent += sent.is(slot, RESENT) ? MSS : 0;
      waiting += sent.isWaiting(slot) ? 1 : 0;
    }
    assertEquals(sacked, sent.sackedBytes());
    assertEquals(lost, sent.lostBytes());
    assertEquals(resent, sent.resentBytes());
    assertEquals(waiting > 0, sent.firstLost() != NONE);
    int listed = 0;
    for (int slot = sent.oldest(); slot != NONE; slot = sent.sentAfter(slot)) {
      listed++;
    }
    assertEquals(sent.count() - sent.sackedCount() - waiting, listed);
  }
}
