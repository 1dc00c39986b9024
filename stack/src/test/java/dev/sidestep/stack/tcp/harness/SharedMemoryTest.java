package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.StreamPattern;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.testing.TwoHosts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What many connections do to each other through the memory they share. */
class SharedMemoryTest {

  private static final int STALLED = 400;
  private static final int TRANSFER_BYTES = 8 << 20;

  private final TwoHosts hosts =
      new TwoHosts(SimulatedLink.Settings.perfect(), TcpConfig.defaults());

  @BeforeEach
  void withoutInvariants() {
    hosts.withoutInvariants();
  }

  /** Connections whose servers never read and whose clients write what they can. */
  private List<TwoHosts.Connection> stalledConnections() {
    List<TwoHosts.Connection> connections = new ArrayList<>();
    for (int i = 0; i < STALLED; i++) {
      TwoHosts.Connection connection = hosts.connect();
      connections.add(connection);
      ByteBuffer zeros = ByteBuffer.allocate(256 << 10);
      while (connection.client().write(zeros.clear()) > 0) {
        hosts.runFor(TestClock.millis(1));
      }
    }
    return connections;
  }

  @Test
  void stalledPeersLeaveAHealthyConnectionAlone() {
    List<TwoHosts.Connection> stalled = stalledConnections();
    TwoHosts.Connection healthy = hosts.connect();
    long started = hosts.clock().nanos();
    ByteBuffer source = ByteBuffer.wrap(StreamPattern.bytes(0, TRANSFER_BYTES));
    ByteBuffer received = ByteBuffer.allocate(TRANSFER_BYTES);
    hosts.runUntil(
        () -> {
          healthy.client().write(source);
          healthy.server().read(received);
          return !received.hasRemaining();
        });
    assertEquals(-1, StreamPattern.firstDifference(received.flip(), 0));
    long elapsed = hosts.clock().nanos() - started;
    assertTrue(elapsed < TestClock.seconds(1), () -> "took %d ns".formatted(elapsed));
    assertEquals(0, hosts.server().dropped(DropReason.TCP_NO_MEMORY));
    stalled.forEach(
        connection -> {
          connection.client().close();
          connection.server().close();
        });
    hosts.closeAndExpectNothingLeft(healthy);
  }

  @Test
  void connectionsThatHaveCarriedAMessageHoldNoPage() {
    ByteBuffer message = ByteBuffer.allocate(64);
    for (int i = 0; i < 10_000; i++) {
      TwoHosts.Connection connection = hosts.connect();
      connection.client().write(message.clear());
      hosts.poll();
      assertEquals(64, connection.server().read(message.clear()));
      connection.server().write(message.flip());
      hosts.poll();
      assertEquals(64, connection.client().read(message.clear()));
      // The ACK of the answer.
      hosts.poll();
      hosts.poll();
      assertEquals(0, hosts.client().usedMemoryBytes() + hosts.server().usedMemoryBytes());
    }
  }
}
