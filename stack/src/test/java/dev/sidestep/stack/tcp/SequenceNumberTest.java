package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SequenceNumberTest {

  @Property
  void orderHoldsAcrossTheWrap(@ForAll int a, @ForAll @IntRange(min = 1) int distance) {
    int b = a + distance;
    assertTrue(SequenceNumber.lt(a, b));
    assertTrue(SequenceNumber.leq(a, b));
    assertTrue(SequenceNumber.gt(b, a));
    assertTrue(SequenceNumber.geq(b, a));
    assertFalse(SequenceNumber.lt(b, a));
    assertEquals(distance, SequenceNumber.diff(b, a));
    assertEquals(b, SequenceNumber.max(a, b));
    assertEquals(a, SequenceNumber.min(b, a));
  }

  @Test
  void aWindowIncludesItsLeftEdgeOnly() {
    assertTrue(SequenceNumber.inWindow(-5, -5, 5));
    assertTrue(SequenceNumber.inWindow(4, -5, 5));
    assertFalse(SequenceNumber.inWindow(5, -5, 5));
    assertFalse(SequenceNumber.inWindow(-6, -5, 5));
  }

  @Property
  void positionsAndSequenceNumbersNameTheSameByte(
      @ForAll int initial,
      @ForAll @LongRange(min = 0, max = 1L << 50) long position,
      @ForAll @IntRange(min = -(1 << 30), max = 1 << 30) int distance) {
    int sequence = SequenceNumber.atPosition(initial, position);
    assertEquals(position, SequenceNumber.toPosition(initial, sequence, position + distance));
  }
}
