package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class LinkLogTest {

  private static final long SOON = LinkLog.PATIENCE_NANOS - 1;
  private static final long LATE = LinkLog.PATIENCE_NANOS;

  private final LinkLog log = new LinkLog("net_memif0,id=3", "is there a server?", 0);

  @Test
  void aLinkThatComesUpInTimeIsNotWorthALine() {
    assertNull(log.lineOf(false, SOON));
    assertNull(log.lineOf(true, LATE));
    assertNull(log.lineOf(false, LATE + SOON));
  }

  @Test
  void anOutageIsToldOnceAndSoIsItsEnd() {
    assertEquals(
        "sidestep.device=net_memif0,id=3: the link is down; is there a server?",
        log.lineOf(false, LATE));
    assertNull(log.lineOf(false, 2 * LATE));
    assertEquals("net_memif0,id=3: the link is up", log.lineOf(true, 3 * LATE));
    assertNull(log.lineOf(true, 4 * LATE));
    assertNull(log.lineOf(false, 4 * LATE + SOON));
  }
}
