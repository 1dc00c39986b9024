package dev.sidestep.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.compat.programs.PacedEchoClient;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Hugepages;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.EchoServer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Packets lie on hugepages where there are enough, and in ordinary memory otherwise. */
class HugepagesE2eTest {
  private static final int MESSAGES = 100;

  /** Half a gigabyte, enough for two programs. */
  private static final int PAGES = 256;

  @Test
  @SuppressWarnings("try") // held, not used
  void twoProgramsTalkWithTheirPacketsOnHugepages() throws Exception {
    try (Hugepages pages = Hugepages.reserve(PAGES)) {
      assertEchoes(List.of(), true);
    }
  }

  @Test
  void twoProgramsTalkWithTheirPacketsInOrdinaryMemory() throws Exception {
    assertEchoes(List.of("-Dsidestep.eal=--no-huge"), false);
  }

  private static void assertEchoes(List<String> settings, boolean onHugepages) throws Exception {
    try (Link link = Link.open(Link.Kind.MEMIF);
        ForkedJvm server =
            ForkedJvm.start(
                link.second(),
                settings,
                EchoServer.class,
                "--host",
                link.second().address(),
                "--port",
                0);
        ForkedJvm client =
            ForkedJvm.start(
                link.first(),
                settings,
                PacedEchoClient.class,
                link.second().address(),
                server.awaitListening(),
                MESSAGES,
                10)) {
      client.awaitLine("message 10", 30);
      assertEquals(onHugepages, server.hugepageBytes() > 0, "the server uses hugepages");
      assertEquals(onHugepages, client.hugepageBytes() > 0, "the client uses hugepages");
      client.awaitLine("all " + MESSAGES + " messages came back", 30);
      StackStats.assertCarried(client.awaitSuccess(20), 1, 2 * MESSAGES * 1000);
      StackStats.assertCarried(server.terminate(), 1, 2 * MESSAGES * 1000);
    }
  }
}
