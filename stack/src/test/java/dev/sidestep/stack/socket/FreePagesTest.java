package dev.sidestep.stack.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FreePagesTest {

  private final FreePages free = new FreePages();

  @Test
  void thePageGivenBackLastIsTakenFirst() {
    Page cold = page(0);
    Page hot = page(3);
    free.push(cold);
    free.push(hot);
    assertSame(hot, free.pop());
    free.push(hot);
    assertSame(hot, free.pop());
    assertSame(cold, free.pop());
    assertNull(free.pop());
  }

  @Test
  void sizeFollowsEveryPushAndPop() {
    assertEquals(0, free.size());
    for (int i = 0; i < 4; i++) {
      free.push(page(i));
      assertEquals(i + 1, free.size());
    }
    for (int i = 3; i >= 0; i--) {
      free.pop();
      assertEquals(i, free.size());
    }
  }

  private Page page(int number) {
    Page page = new Page(number, MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1)));
    free.admit(page);
    return page;
  }
}
