package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ByteRangesTest {

  private static final int SPACE = 200;

  private record Piece(int start, int length) {}

  @Provide
  Arbitrary<List<Piece>> pieces() {
    Arbitrary<Integer> starts = Arbitraries.integers().between(1, SPACE - 1);
    Arbitrary<Integer> lengths = Arbitraries.integers().between(1, 40);
    return Combinators.combine(starts, lengths).as(Piece::new).list().ofMaxSize(60);
  }

  @Property
  void theRangesAreTheUnionOfWhatWasAdded(@ForAll("pieces") List<Piece> pieces) {
    ByteRanges ranges = new ByteRanges();
    BitSet model = new BitSet();
    for (Piece piece : pieces) {
      assertTrue(ranges.add(piece.start, piece.start + (long) piece.length));
      model.set(piece.start, piece.start + piece.length);
      assertEquals(model, bits(ranges));
      int newest = ranges.newest();
      assertTrue(ranges.start(newest) <= piece.start);
      assertTrue(ranges.end(newest) >= piece.start + piece.length);
    }
    int from = 0;
    for (int i = 0; i < ranges.count(); i++) {
      assertTrue(ranges.start(i) > from, "in order, with a hole before each");
      from = (int) ranges.end(i);
    }
  }

  @Property
  void advancingTakesAllThatTouches(
      @ForAll("pieces") List<Piece> pieces, @ForAll @IntRange(min = 1, max = SPACE) int first) {
    ByteRanges ranges = new ByteRanges();
    BitSet model = new BitSet();
    pieces.forEach(
        piece -> {
          ranges.add(piece.start, piece.start + (long) piece.length);
          model.set(piece.start, piece.start + piece.length);
        });
    model.set(0, first);
    long reached = ranges.advance(first);
    assertEquals(model.nextClearBit(0), reached);
    model.clear(0, (int) reached);
    assertEquals(model, bits(ranges));
  }

  @Test
  void thereAreNeverMoreThanTheLimit() {
    ByteRanges ranges = new ByteRanges();
    for (int i = 0; i < ByteRanges.MAX_RANGES; i++) {
      assertTrue(ranges.add(10L * i, (10L * i) + 1));
    }
    assertFalse(ranges.add(1_000_000, 1_000_001));
    assertEquals(ByteRanges.MAX_RANGES, ranges.count());
    assertTrue(ranges.add(1, 10), "what closes a hole still fits");
    assertTrue(ranges.add(5000, 5001));
  }

  private static BitSet bits(ByteRanges ranges) {
    BitSet bits = new BitSet();
    for (int i = 0; i < ranges.count(); i++) {
      bits.set((int) ranges.start(i), (int) ranges.end(i));
    }
    return bits;
  }
}
