package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.wire.IpAddress;
import java.net.BindException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PortTableTest {

  private static final IpAddress ONE = IpAddress.ofV4(0x0a000001);
  private static final IpAddress TWO = IpAddress.ofV4(0x0a000002);
  private static final IpAddress PEER = IpAddress.ofV4(0x0a000009);

  private static final int EPHEMERAL_PORTS =
      PortTable.LAST_EPHEMERAL_PORT - PortTable.FIRST_EPHEMERAL_PORT + 1;

  private static final IpAddress LOOPBACK = IpAddress.ofV4(0x7f000001);

  private final AtomicLong clock = new AtomicLong(1);
  private final PortTable ports = new PortTable(new Random(1), clock::get);

  private static StreamOptions options(boolean reuseAddress, boolean reusePort) {
    StreamOptions options = new StreamOptions();
    options.reuseAddress = reuseAddress;
    options.reusePort = reusePort;
    return options;
  }

  private static final StreamOptions NONE = options(false, false);
  private static final StreamOptions ADDRESS = options(true, false);
  private static final StreamOptions PORT = options(false, true);
  private static final StreamOptions BOTH = options(true, true);

  @Test
  void onePortServesTwoAddressesButNotTheWildcardToo() throws BindException {
    ports.bind(ONE, 80, NONE);
    ports.bind(TWO, 80, NONE);
    assertInUse(IpAddress.ANY_V4, 80, NONE);
    assertInUse(ONE, 80, NONE);
  }

  @Test
  void reuseAddressSharesAPortUnlessOneListens() throws BindException {
    PortTable.Binding first = ports.bind(ONE, 80, ADDRESS);
    PortTable.Binding second = ports.bind(ONE, 80, ADDRESS);
    assertInUse(ONE, 80, NONE);
    first.listen();
    assertInUse(ONE, 80, ADDRESS);
    BindException refused = assertThrows(BindException.class, () -> second.listen());
    assertEquals("Address already in use", refused.getMessage());
  }

  @Test
  void reusePortSharesAPortAmongListenersThatAllHaveIt() throws BindException {
    ports.bind(ONE, 80, PORT).listen();
    ports.bind(ONE, 80, BOTH).listen();
    ports.bind(IpAddress.ANY_V4, 80, PORT).listen();
    assertInUse(ONE, 80, NONE);
    assertInUse(ONE, 80, ADDRESS);
    assertInUse(IpAddress.ANY_V4, 80, ADDRESS);
    ports.bind(TWO, 81, NONE);
    assertInUse(TWO, 81, BOTH);
  }

  @Test
  void anOptionThatIsSetLaterCountsFromThenOn() throws BindException {
    StreamOptions early = options(false, false);
    ports.bind(ONE, 80, early);
    assertInUse(ONE, 80, ADDRESS);
    early.reuseAddress = true;
    ports.bind(ONE, 80, ADDRESS);
  }

  @Test
  void anOutgoingConnectionKeepsItsPortFromThoseThatBind() throws BindException {
    PortTable.Connection connection = ports.connect(ONE, NONE, PEER, 443);
    assertInUse(ONE, connection.port(), ADDRESS);
    assertInUse(IpAddress.ANY_V4, connection.port(), ADDRESS);
    ports.bind(TWO, connection.port(), NONE);
    connection.release();
    ports.bind(ONE, connection.port(), NONE);
  }

  @Test
  void aReleasedPortCanBeBoundAgain() throws BindException {
    PortTable.Binding first = ports.bind(ONE, 80, NONE);
    first.release();
    PortTable.Binding second = ports.bind(ONE, 80, NONE);
    first.release();
    assertInUse(ONE, 80, NONE);
    second.release();
    assertEquals(80, ports.bind(ONE, 80, NONE).port());
  }

  @Test
  void outgoingConnectionsShareAPortOnlyTowardsDifferentPeers() throws BindException {
    PortTable.Connection one = ports.connect(ONE, NONE, PEER, 443);
    for (int i = 0; i < 1000; i++) {
      assertNotEquals(one.port(), ports.connect(ONE, NONE, PEER, 443).port());
    }
    one.release();
  }

  private PortTable.Connection takeEveryPort(IpAddress local, IpAddress remote)
      throws BindException {
    PortTable.Connection last = ports.connect(local, NONE, remote, 443);
    for (int i = 1; i < EPHEMERAL_PORTS; i++) {
      last = ports.connect(local, NONE, remote, 443);
      assertTrue(last.port() >= PortTable.FIRST_EPHEMERAL_PORT);
      assertTrue(last.port() <= PortTable.LAST_EPHEMERAL_PORT);
    }
    return last;
  }

  private void assertExhausted(IpAddress local, IpAddress remote) {
    BindException exhausted =
        assertThrows(BindException.class, () -> ports.connect(local, NONE, remote, 443));
    assertEquals("Cannot assign requested address", exhausted.getMessage());
  }

  @Test
  void everyEphemeralPortIsUsedAndExhaustionIsAnException() throws BindException {
    takeEveryPort(ONE, PEER);
    assertExhausted(ONE, PEER);
    ports.connect(ONE, NONE, PEER, 444);
    ports.connect(ONE, NONE, TWO, 443);
    assertInUse(ONE, 0, NONE);
    ports.bind(TWO, 0, NONE);
  }

  @Test
  void onLoopbackAPortIsTakenOutOfTimeWaitAfterASecond() throws BindException {
    PortTable.Connection old = takeEveryPort(LOOPBACK, LOOPBACK);
    old.enterTimeWait(clock.get(), true);
    clock.addAndGet(PortTable.TAKE_OVER_DELAY_NANOS - 1);
    assertExhausted(LOOPBACK, LOOPBACK);
    clock.addAndGet(1);
    PortTable.Connection next = ports.connect(LOOPBACK, NONE, LOOPBACK, 443);
    assertEquals(old.port(), next.port());
    // When TCP forgets the old connection, the new one keeps the port.
    old.release();
    assertExhausted(LOOPBACK, LOOPBACK);
  }

  @Test
  void elsewhereOrWithoutTimestampsAPortStaysInTimeWait() throws BindException {
    takeEveryPort(ONE, PEER).enterTimeWait(clock.get(), true);
    takeEveryPort(LOOPBACK, LOOPBACK).enterTimeWait(clock.get(), false);
    clock.addAndGet(10 * PortTable.TAKE_OVER_DELAY_NANOS);
    assertExhausted(ONE, PEER);
    assertExhausted(LOOPBACK, LOOPBACK);
  }

  /** RFC 6056: the choice is spread over the whole range. */
  @Test
  void ephemeralPortsAreSpreadEvenly() throws BindException {
    int buckets = 16;
    int draws = 16_000;
    int[] counts = new int[buckets];
    for (int i = 0; i < draws; i++) {
      PortTable.Connection connection = ports.connect(ONE, NONE, PEER, 443);
      counts[(connection.port() - PortTable.FIRST_EPHEMERAL_PORT) * buckets / EPHEMERAL_PORTS]++;
      connection.release();
    }
    double expected = (double) draws / buckets;
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    // 15 degrees of freedom: 37.7 is the 0.1 % quantile; the seed is fixed.
    assertTrue(chiSquare < 37.7, "chi-square " + chiSquare);
  }

  private void assertInUse(IpAddress address, int port, StreamOptions options) {
    BindException refused =
        assertThrows(BindException.class, () -> ports.bind(address, port, options));
    assertEquals("Address already in use", refused.getMessage());
  }
}
