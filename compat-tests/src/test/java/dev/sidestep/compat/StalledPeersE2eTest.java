package dev.sidestep.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.compat.programs.CountingEchoServer;
import dev.sidestep.compat.programs.StalledPeers;
import dev.sidestep.compat.rig.End;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.samples.EchoClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that fill their queues and never read, beside one that goes on at full use. */
class StalledPeersE2eTest {

  private static final String STALLED = "stalled bytes=";

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH"})
  void theyLeaveAHealthyConnectionAlone(Link.Kind kind) throws Exception {
    stallAndEcho(kind, 40, 16L << 20, 32L << 20);
  }

  @Test
  @Tag("long")
  void soDoAsManyAsTakeAllTheMemory() throws Exception {
    stallAndEcho(Link.Kind.SIDESTEP_VETH, 400, 249L << 20, 512L << 20);
  }

  private static void stallAndEcho(Link.Kind kind, int peers, long memoryBytes, long echoBytes)
      throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server =
            ForkedJvm.start(
                withMemory(link.first(), memoryBytes),
                CountingEchoServer.class,
                link.first().address())) {
      int port = server.awaitListening();
      String host = link.first().address();
      try (ForkedJvm stalled =
          ForkedJvm.start(link.second(), StalledPeers.class, host, port, peers)) {
        String line = stalled.awaitLine(STALLED, 120);
        long bytes = Long.parseLong(line.substring(STALLED.length()));
        // The peers' kernel holds more of them, and what the server has echoed.
        assertTrue(bytes > memoryBytes, "bytes that stalled: " + bytes);
        echo(link, port, echoBytes);
      }
      server.terminate();
      assertEquals("vain=0", server.lineBeginning("vain="));
    }
  }

  private static void echo(Link link, int port, long bytes) throws InterruptedException {
    try (ForkedJvm client =
        ForkedJvm.start(
            link.second(),
            EchoClient.class,
            "--host",
            link.first().address(),
            "--port",
            port,
            "--bytes",
            bytes,
            "--verify")) {
      client.awaitLine("echoed bytes=" + bytes, 120);
      client.awaitSuccess(20);
    }
  }

  private static End withMemory(End end, long bytes) {
    return end.onSidestep() ? end.with("memory=" + (bytes >> 20) + "m") : end;
  }
}
