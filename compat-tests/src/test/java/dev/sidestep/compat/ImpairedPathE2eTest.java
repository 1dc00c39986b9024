package dev.sidestep.compat;

import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.ImpairedPath;
import dev.sidestep.compat.rig.Impairment;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.BulkClient;
import dev.sidestep.samples.BulkServer;
import dev.sidestep.stack.nic.Faults;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A path on which everything goes wrong at once: every byte arrives, whoever sends it to whom. */
class ImpairedPathE2eTest {

  private static final long BYTES = 2 << 20;
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true", "true, true"})
  void everyByteArrives(boolean senderOnSidestep, boolean receiverOnSidestep) throws Exception {
    try (ImpairedPath path = ImpairedPath.open(senderOnSidestep, receiverOnSidestep);
        ForkedJvm server =
            ForkedJvm.start(
                path.right(),
                BulkServer.class,
                "--host",
                path.right().address(),
                "--port",
                0,
                "--connections",
                1,
                "--verify")) {
      int port = server.awaitListening();
      path.become(bad());
      try (ForkedJvm client =
          ForkedJvm.start(
              path.left(),
              BulkClient.class,
              "--host",
              path.right().address(),
              "--port",
              port,
              "--bytes",
              BYTES,
              "--verify")) {
        client.awaitLine("measured operations=" + (BYTES >> 10), 120);
        StackStats.assertCarried(client.awaitSuccess(20), 1, BYTES);
        StackStats.assertCarried(server.awaitSuccess(20), 1, BYTES);
      }
    }
  }

  private static Impairment bad() {
    Impairment path = Impairment.path(4 * MILLI, 100_000_000);
    Faults faults =
        path.faults().withDrop(0.01).withDuplicate(0.05).withCorrupt(0.01).withReorder(0.1, MILLI);
    // No divisor of a second, or each SYN sent again could meet the same interruption.
    return path.with(faults).withInterruptions(370 * MILLI, 110 * MILLI);
  }
}
