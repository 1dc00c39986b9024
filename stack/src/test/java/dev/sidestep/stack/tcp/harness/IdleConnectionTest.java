package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.testing.TwoHosts;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a connection costs that has carried something and now carries nothing. */
class IdleConnectionTest {

  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();
  private static final int CONNECTIONS = 10_000;

  /** All of it; the socket's channel object comes on top. */
  private static final int MOST_BYTES = 1500;

  private final TwoHosts hosts =
      new TwoHosts(SimulatedLink.Settings.perfect(), TcpConfig.defaults());
  private final ByteBuffer message = ByteBuffer.allocateDirect(100);

  @Test
  void aConnectionThatHasCarriedAMessageCostsLittle() {
    hosts.withoutInvariants();
    List<TwoHosts.Connection> connections = new ArrayList<>(2 * CONNECTIONS);
    // What is there once, such as tables, has its size by then.
    connect(connections, CONNECTIONS);
    long before = usedHeapBytes();
    connect(connections, CONNECTIONS);
    long bytes = (usedHeapBytes() - before) / (2 * CONNECTIONS);
    assertEquals(0, hosts.client().usedMemoryBytes() + hosts.server().usedMemoryBytes());
    assertEquals(2 * CONNECTIONS, hosts.server().tcp().connectionCount());
    assertTrue(bytes <= MOST_BYTES, "bytes per idle end of a connection: " + bytes);
    assertEquals(2 * CONNECTIONS, connections.size());
  }

  private void connect(List<TwoHosts.Connection> connections, int count) {
    for (int i = 0; i < count; i++) {
      TwoHosts.Connection connection = hosts.connect();
      connections.add(connection);
      connection.client().write(message.clear());
      hosts.poll();
      connection.server().read(message.clear());
      connection.server().write(message.flip());
      hosts.poll();
      connection.client().read(message.clear());
    }
    hosts.runFor(TestClock.seconds(3));
  }

  private static long usedHeapBytes() {
    System.gc();
    return MEMORY.getHeapMemoryUsage().getUsed();
  }
}
