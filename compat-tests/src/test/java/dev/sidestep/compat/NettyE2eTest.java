package dev.sidestep.compat;

import dev.sidestep.compat.programs.NettyEchoClient;
import dev.sidestep.compat.programs.NettyEchoServer;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An unmodified Netty server and client. */
class NettyE2eTest {
  private static final int CONNECTIONS = 20;
  private static final long BYTES = 4 << 20;

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_LOOPBACK", "MEMIF"})
  void nettyEchoesOverSeveralConnections(Link.Kind kind) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server =
            ForkedJvm.start(link.second(), NettyEchoServer.class, link.second().address(), 0)) {
      int port = server.awaitListening();
      try (ForkedJvm client =
          ForkedJvm.start(
              link.first(),
              NettyEchoClient.class,
              link.second().address(),
              port,
              CONNECTIONS,
              BYTES)) {
        client.awaitLine("echoed connections=" + CONNECTIONS, 60);
        client.awaitSuccess(20);
        StackStats.assertCarried(client, CONNECTIONS, 2 * CONNECTIONS * BYTES);
        StackStats.assertCarried(server.terminate(), CONNECTIONS, 2 * CONNECTIONS * BYTES);
      }
    }
  }
}
