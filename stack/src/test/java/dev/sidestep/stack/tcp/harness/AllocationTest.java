package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.Transfer;
import dev.sidestep.stack.testing.TwoHosts;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** In steady state the stack allocates nothing: not per packet, per read or per write. */
class AllocationTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int WARM_UP_ROUNDS = 20_000;
  private static final int MEASURED_ROUNDS = 10_000;

  /** Fewer, because each of them is a window full of packets. */
  private static final int BULK_WARM_UP_ROUNDS = 12_000;

  private static final int BULK_MEASURED_ROUNDS = 2000;

  private final TwoHosts hosts =
      new TwoHosts(SimulatedLink.Settings.perfect(), TcpConfig.defaults());

  @Test
  void anEchoAllocatesNothing() {
    TwoHosts.Connection connection = hosts.connect();
    hosts.withoutInvariants();
    ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    long allocated =
        allocatedBytes(() -> echo(connection, buffer), WARM_UP_ROUNDS, MEASURED_ROUNDS);
    assertEquals(0, allocated);
  }

  private void echo(TwoHosts.Connection connection, ByteBuffer buffer) {
    connection.client().write(buffer.clear());
    hosts.poll();
    connection.server().read(buffer.clear());
    connection.server().write(buffer.flip());
    hosts.poll();
    connection.client().read(buffer.clear());
    if (buffer.hasRemaining()) {
      throw new AssertionError("the echo did not come back");
    }
    hosts.clock().advance(10_000);
  }

  @Test
  void aBulkTransferAllocatesNothing() {
    TwoHosts.Connection connection = hosts.connect();
    hosts.withoutInvariants();
    Transfer transfer = new Transfer(connection.client(), connection.server(), Long.MAX_VALUE);
    Runnable round =
        () -> {
          transfer.pump();
          hosts.poll();
          hosts.clock().advance(10_000);
        };
    assertEquals(0, allocatedBytes(round, BULK_WARM_UP_ROUNDS, BULK_MEASURED_ROUNDS));
    assertTrue(transfer.receivedBytes() > 100 << 20, "bytes: " + transfer.receivedBytes());
  }

  private static long allocatedBytes(Runnable round, int warmUpRounds, int measuredRounds) {
    repeat(round, warmUpRounds);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    long probe = THREADS.getCurrentThreadAllocatedBytes() - before;
    before = THREADS.getCurrentThreadAllocatedBytes();
    repeat(round, measuredRounds);
    return THREADS.getCurrentThreadAllocatedBytes() - before - probe;
  }

  private static void repeat(Runnable round, int rounds) {
    for (int i = 0; i < rounds; i++) {
      round.run();
    }
  }
}
