package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.wire.IpAddress;
import java.net.BindException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PortTableTest {

  private static final IpAddress ONE = IpAddress.ofV4(0x0a000001);
  private static final IpAddress TWO = IpAddress.ofV4(0x0a000002);
  private static final IpAddress PEER = IpAddress.ofV4(0x0a000009);

  private final PortTable ports = new PortTable(new Random(1));

  @Test
  void onePortServesTwoAddressesButNotTheWildcardToo() throws BindException {
    ports.bind(ONE, 80, false);
    ports.bind(TWO, 80, false);
    assertInUse(IpAddress.ANY_V4, 80, false);
    assertInUse(ONE, 80, false);
  }

  @Test
  void reuseAddressSharesAPortUnlessOneListens() throws BindException {
    PortTable.Binding first = ports.bind(ONE, 80, true);
    PortTable.Binding second = ports.bind(ONE, 80, true);
    assertInUse(ONE, 80, false);
    ports.markListening(first);
    assertInUse(ONE, 80, true);
    BindException refused = assertThrows(BindException.class, () -> ports.markListening(second));
    assertEquals("Address already in use", refused.getMessage());
  }

  @Test
  void aReleasedPortCanBeBoundAgain() throws BindException {
    PortTable.Binding first = ports.bind(ONE, 80, false);
    ports.release(first);
    assertEquals(80, ports.bind(ONE, 80, false).port());
  }

  @Test
  void outgoingConnectionsShareAPortOnlyTowardsDifferentPeers() throws BindException {
    PortTable.Connection one = ports.connect(ONE, PEER, 443);
    for (int i = 0; i < 1000; i++) {
      assertNotEquals(one.localPort(), ports.connect(ONE, PEER, 443).localPort());
    }
    ports.release(one);
  }

  @Test
  void everyEphemeralPortIsUsedAndExhaustionIsAnException() throws BindException {
    int count = PortTable.LAST_EPHEMERAL_PORT - PortTable.FIRST_EPHEMERAL_PORT + 1;
    for (int i = 0; i < count; i++) {
      int port = ports.connect(ONE, PEER, 443).localPort();
      assertTrue(port >= PortTable.FIRST_EPHEMERAL_PORT && port <= PortTable.LAST_EPHEMERAL_PORT);
    }
    BindException exhausted =
        assertThrows(BindException.class, () -> ports.connect(ONE, PEER, 443));
    assertEquals("Cannot assign requested address", exhausted.getMessage());
    ports.connect(ONE, PEER, 444);
    ports.connect(ONE, TWO, 443);
  }

  /** RFC 6056: the choice is spread over the whole range. */
  @Test
  void ephemeralPortsAreSpreadEvenly() throws BindException {
    int buckets = 16;
    int draws = 16_000;
    int[] counts = new int[buckets];
    int span = PortTable.LAST_EPHEMERAL_PORT - PortTable.FIRST_EPHEMERAL_PORT + 1;
    for (int i = 0; i < draws; i++) {
      PortTable.Connection connection = ports.connect(ONE, PEER, 443);
      counts[(connection.localPort() - PortTable.FIRST_EPHEMERAL_PORT) * buckets / span]++;
      ports.release(connection);
    }
    double expected = (double) draws / buckets;
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    // 15 degrees of freedom: 37.7 is the 0.1 % quantile; the seed is fixed.
    assertTrue(chiSquare < 37.7, "chi-square " + chiSquare);
  }

  private void assertInUse(IpAddress address, int port, boolean reuse) {
    BindException refused =
        assertThrows(BindException.class, () -> ports.bind(address, port, reuse));
    assertEquals("Address already in use", refused.getMessage());
  }
}
