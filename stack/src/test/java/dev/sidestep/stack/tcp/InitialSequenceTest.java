package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** RFC 6528. */
class InitialSequenceTest {

  private final InitialSequence sequence = new InitialSequence(new SplittableRandom(1));

  private static ConnectionEntry ends(int remotePort) {
    return TestEntries.between(1, 80, 2, remotePort);
  }

  @Test
  void theSameEndsGetGrowingNumbers() {
    int previous = sequence.next(ends(5), 0);
    for (int i = 1; i <= 10_000; i++) {
      int next = sequence.next(ends(5), i * 64L);
      assertEquals(previous + 1, next, "one for each 64 nanoseconds");
      previous = next;
    }
  }

  @Test
  void otherEndsGetUnrelatedNumbers() {
    Set<Integer> numbers = new HashSet<>();
    int ones = 0;
    int previous = 0;
    for (int port = 1; port <= 10_000; port++) {
      int number = sequence.next(ends(port), 0);
      numbers.add(number);
      ones += Integer.bitCount(number ^ previous);
      previous = number;
    }
    assertTrue(numbers.size() > 9_990, "hardly any number twice");
    double changedBits = ones / 10_000.0;
    assertTrue(changedBits > 15.8 && changedBits < 16.2, "bits that change: " + changedBits);
  }

  @Test
  void anotherStartUsesAnotherKey() {
    InitialSequence restarted = new InitialSequence(new SplittableRandom(2));
    assertNotEquals(sequence.next(ends(5), 0), restarted.next(ends(5), 0));
    assertNotEquals(sequence.timestampOffset(ends(5)), restarted.timestampOffset(ends(5)));
  }
}
