package dev.sidestep.compat;

import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.EchoClient;
import dev.sidestep.samples.EchoServer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random data there and back between two JVMs, every byte checked. */
class EchoE2eTest {
  private static final int MB = 1 << 20;

  static Stream<Arguments> streams() {
    return Stream.of("selector", "blocking")
        .flatMap(
            mode ->
                Stream.of(
                    Arguments.of(Link.Kind.KERNEL_LOOPBACK, mode, 1, MB / 8),
                    Arguments.of(Link.Kind.KERNEL_LOOPBACK, mode, MB, 64L * MB),
                    Arguments.of(Link.Kind.MEMIF, mode, 1, 2L * MB),
                    Arguments.of(Link.Kind.MEMIF, mode, 3001, 64L * MB),
                    Arguments.of(Link.Kind.MEMIF, mode, MB, 1024L * MB)));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void randomDataComesBackUnchanged(Link.Kind kind, String mode, long chunkBytes, long bytes)
      throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server =
            ForkedJvm.start(
                link.second(),
                EchoServer.class,
                "--host",
                link.second().address(),
                "--port",
                0,
                "--mode",
                mode,
                "--connections",
                1)) {
      int port = server.awaitListening();
      try (ForkedJvm client =
          ForkedJvm.start(
              link.first(),
              EchoClient.class,
              "--host",
              link.second().address(),
              "--port",
              port,
              "--mode",
              mode,
              "--size",
              chunkBytes,
              "--bytes",
              bytes,
              "--verify")) {
        client.awaitLine("echoed bytes=" + bytes, 120);
        client.awaitSuccess(20);
        server.awaitSuccess(20);
        StackStats.assertCarried(client, 1, 2 * bytes);
        StackStats.assertCarried(server, 1, 2 * bytes);
      }
    }
  }
}
