package dev.sidestep.compat;

import dev.sidestep.compat.programs.MixedSelectorProgram;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.EchoClient;
import dev.sidestep.samples.EchoServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernel's channels and ours side by side in one program. */
class MixedTrafficE2eTest {
  private static final int ROUNDS = 2000;
  private static final long BYTES = 1 << 20;

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_LOOPBACK", "MEMIF"})
  void oneSelectorServesAConnectionALoopbackAndAPipe(Link.Kind kind) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link, link.second().address());
        ForkedJvm program =
            ForkedJvm.start(
                link.first(),
                MixedSelectorProgram.class,
                link.second().address(),
                server.awaitListening(),
                ROUNDS)) {
      program.awaitLine("rounds=" + ROUNDS, 60);
      program.awaitSuccess(20);
      StackStats.assertCarried(program, 1, 2L * ROUNDS * 100);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_LOOPBACK", "MEMIF"})
  void aServerOnTheWildcardAddressIsReachedFromBothStacks(Link.Kind kind) throws Exception {
    try (Link kernel = Link.open(Link.Kind.KERNEL_LOOPBACK);
        Link link = Link.open(kind);
        ForkedJvm server = startServer(link, "0.0.0.0")) {
      int port = server.awaitListening();
      try (ForkedJvm overKernel = startClient(kernel, port);
          ForkedJvm overLink = startClient(link, port)) {
        overKernel.awaitLine("echoed bytes=" + BYTES, 30);
        overLink.awaitLine("echoed bytes=" + BYTES, 30);
        overKernel.awaitSuccess(20);
        StackStats.assertCarried(overLink.awaitSuccess(20), 1, 2 * BYTES);
        StackStats.assertCarried(server.terminate(), 1, 2 * BYTES);
      }
    }
  }

  private static ForkedJvm startServer(Link link, String address) {
    return ForkedJvm.start(link.second(), EchoServer.class, "--host", address, "--port", 0);
  }

  private static ForkedJvm startClient(Link link, int port) {
    return ForkedJvm.start(
        link.first(),
        EchoClient.class,
        "--host",
        link.second().address(),
        "--port",
        port,
        "--bytes",
        BYTES,
        "--verify");
  }
}
