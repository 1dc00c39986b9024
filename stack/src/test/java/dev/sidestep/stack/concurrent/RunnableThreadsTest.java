package dev.sidestep.stack.concurrent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RunnableThreadsTest {

  private static int parse(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    return RunnableThreads.parse(bytes, bytes.length);
  }

  @Test
  void theNumberStandsBeforeTheSlash() {
    assertEquals(1, parse("0.20 0.18 0.12 1/80 11206\n"));
    assertEquals(123, parse("0.20 0.18 0.12 123/4567 11206\n"));
  }

  @Test
  void whatCannotBeReadCountsAsMany() {
    assertEquals(Integer.MAX_VALUE, parse(""));
    assertEquals(Integer.MAX_VALUE, parse("0.20 0.18 0.12"));
    assertEquals(Integer.MAX_VALUE, parse("/80"));
  }

  @Test
  void theThreadThatAsksRuns() {
    RunnableThreads threads = new RunnableThreads();
    for (int i = 0; i < 3; i++) {
      int now = threads.getAsInt();
      assertTrue(now >= 1 && now < Integer.MAX_VALUE, now + " threads");
    }
  }
}
