package dev.sidestep.stack.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BottleneckTest {

  private static final int FRAME_BYTES = 1000;
  private static final long FRAME_NANOS = 8000;

  private final Bottleneck bottleneck = new Bottleneck(1_000_000_000L, 2, FRAME_BYTES);

  @Test
  void framesLeaveOneAfterTheOther() {
    assertEquals(FRAME_NANOS, bottleneck.admit(FRAME_BYTES, 0));
    assertEquals(2 * FRAME_NANOS, bottleneck.admit(FRAME_BYTES, 0));
    assertEquals(10 * FRAME_NANOS + FRAME_NANOS / 2, bottleneck.admit(500, 10 * FRAME_NANOS));
  }

  @Test
  void whatFindsTheQueueFullIsLostAndTakesNoTime() {
    for (int i = 1; i <= 3; i++) {
      assertEquals(i * FRAME_NANOS, bottleneck.admit(FRAME_BYTES, 0), "one leaves, two wait");
    }
    assertEquals(Bottleneck.FULL, bottleneck.admit(FRAME_BYTES, 0));
    assertEquals(4 * FRAME_NANOS, bottleneck.admit(FRAME_BYTES, FRAME_NANOS), "one has left");
  }

  @Test
  void anInfiniteRateKeepsNobodyWaiting() {
    Bottleneck infinite = new Bottleneck(0, 0, FRAME_BYTES);
    for (int i = 0; i < 100; i++) {
      assertEquals(7, infinite.admit(FRAME_BYTES, 7));
    }
  }
}
