package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.nic.Faults;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.testing.Transfer;
import dev.sidestep.stack.testing.TwoHosts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection must live through, and what it must not. */
class TroubleTest {

  private static final SimulatedLink.Settings CABLE =
      SimulatedLink.Settings.perfect()
          .withFaults(Faults.none(5).withDelay(TestClock.millis(5)))
          .withRate(100_000_000);

  @ParameterizedTest
  @ValueSource(longs = {500, 5_000, 30_000})
  void aPulledCableIsLivedThrough(long downMillis) {
    TwoHosts hosts = new TwoHosts(CABLE, TcpConfig.defaults());
    TwoHosts.Connection connection = hosts.connect();
    Transfer transfer = new Transfer(connection.client(), connection.server(), 4 << 20);
    run(hosts, transfer, TestClock.millis(50));
    hosts.link().setUp(false);
    run(hosts, transfer, TestClock.millis(downMillis));
    assertTrue(transfer.receivedBytes() < 4 << 20, "the cable was pulled in mid-transfer");
    hosts.link().setUp(true);
    long start = hosts.clock().nanos();
    finish(hosts, transfer);
    // The timer has backed off to at most twice the time the cable was out, plus the transfer.
    long tookMillis = (hosts.clock().nanos() - start) / TestClock.millis(1);
    assertTrue(tookMillis < 2 * downMillis + 2_000, "milliseconds to recover: " + tookMillis);
    hosts.closeAndExpectNothingLeft(connection);
  }

  @Test
  void aFlappingLinkIsLivedThrough() {
    TwoHosts hosts = new TwoHosts(CABLE, TcpConfig.defaults());
    TwoHosts.Connection connection = hosts.connect();
    Transfer transfer = new Transfer(connection.client(), connection.server(), 16 << 20);
    for (int i = 0; i < 3; i++) {
      run(hosts, transfer, TestClock.millis(300));
      hosts.link().setUp(false);
      run(hosts, transfer, TestClock.millis(500));
      hosts.link().setUp(true);
    }
    finish(hosts, transfer);
    hosts.closeAndExpectNothingLeft(connection);
  }

  @Test
  void aConnectFailsInThreeSecondsWhenTheCableOfAKnownPeerIsOut() {
    TwoHosts hosts = new TwoHosts(CABLE, TcpConfig.defaults());
    TwoHosts.Connection connection = hosts.connect();
    hosts.link().setUp(false);
    hosts.runFor(TestClock.seconds(1));
    long start = hosts.clock().nanos();
    StreamSocket second =
        hosts.client().connect(50_000, hosts.server().address(), TwoHosts.SERVER_PORT);
    hosts.runUntil(() -> second.state() == StreamSocket.State.FAILED);
    assertEquals(SocketError.EHOSTUNREACH, second.error());
    assertEquals(TestClock.seconds(3), hosts.clock().nanos() - start);
    second.close();
    assertEquals(StreamSocket.State.CONNECTED, connection.client().state());
    hosts.link().setUp(true);
    hosts.closeAndExpectNothingLeft(connection);
  }

  @Test
  void aCableThatStaysOutEndsTheConnectionAndNothingIsLeft() {
    TwoHosts hosts = new TwoHosts(CABLE, TcpConfig.defaults());
    TwoHosts.Connection connection = hosts.connect();
    Transfer transfer = new Transfer(connection.client(), connection.server(), 4 << 20);
    run(hosts, transfer, TestClock.millis(50));
    hosts.link().setUp(false);
    hosts.runFor(TestClock.seconds(1200));
    assertEquals(StreamSocket.State.FAILED, connection.client().state());
    assertEquals(SocketError.EHOSTUNREACH, connection.client().error());
    hosts.link().setUp(true);
    hosts.closeAndExpectNothingLeft(connection);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 32, 64})
  void anExhaustedBufferPoolSlowsDownButStopsNothing(int buffers) {
    TwoHosts hosts = new TwoHosts(CABLE.withPool(buffers), TcpConfig.defaults());
    TwoHosts.Connection connection = hosts.connect();
    Transfer there = new Transfer(connection.client(), connection.server(), 1 << 20);
    Transfer back = new Transfer(connection.server(), connection.client(), 1 << 20);
    long start = hosts.clock().nanos();
    hosts.runUntil(
        () -> {
          there.pump();
          back.pump();
          if (hosts.clock().nanos() - start > TestClock.seconds(600)) {
            throw hosts.failure("stuck");
          }
          return there.isDone() && back.isDone();
        });
    hosts.closeAndExpectNothingLeft(connection);
  }

  @Test
  void aReaderThatSleepsForAnHourLosesNothing() {
    TwoHosts hosts = new TwoHosts(CABLE, TcpConfig.defaults());
    TwoHosts.Connection connection = hosts.connect();
    Transfer transfer = new Transfer(connection.client(), connection.server(), 4 << 20);
    transfer.write();
    hosts.runFor(TestClock.seconds(3600));
    assertTrue(hosts.client().count(Counter.TCP_ZERO_WINDOW_PROBES) > 20, "probes");
    finish(hosts, transfer);
    hosts.closeAndExpectNothingLeft(connection);
  }

  @Test
  void fiveHundredConnectionsShareALossyLink() {
    SimulatedLink.Settings lossy =
        CABLE.withFaults(Faults.none(7).withDelay(TestClock.millis(5)).withDrop(0.01));
    TwoHosts hosts = new TwoHosts(lossy, TcpConfig.defaults());
    hosts.withoutInvariants();
    Transfer[] transfers = new Transfer[500];
    TwoHosts.Connection[] connections = new TwoHosts.Connection[transfers.length];
    for (int i = 0; i < transfers.length; i++) {
      connections[i] = hosts.connect();
      transfers[i] = new Transfer(connections[i].client(), connections[i].server(), 20_000);
    }
    for (Transfer transfer : transfers) {
      transfer.pump();
    }
    for (Transfer transfer : transfers) {
      finish(hosts, transfer);
    }
    for (TwoHosts.Connection connection : connections) {
      connection.client().close();
      connection.server().close();
    }
    hosts.expectNothingLeft();
  }

  private static void run(TwoHosts hosts, Transfer transfer, long nanos) {
    long until = hosts.clock().nanos() + nanos;
    while (hosts.clock().nanos() < until) {
      transfer.pump();
      hosts.step(until);
    }
  }

  private static void finish(TwoHosts hosts, Transfer transfer) {
    hosts.runUntil(
        () -> {
          transfer.pump();
          return transfer.isDone();
        });
  }
}
