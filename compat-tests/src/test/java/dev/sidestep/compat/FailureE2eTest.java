package dev.sidestep.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.compat.programs.ConnectProbe;
import dev.sidestep.compat.programs.EarlyClient;
import dev.sidestep.compat.programs.HostLossProbe;
import dev.sidestep.compat.programs.MuteServer;
import dev.sidestep.compat.programs.PacedEchoClient;
import dev.sidestep.compat.programs.PeerLossProbe;
import dev.sidestep.compat.rig.End;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.BulkClient;
import dev.sidestep.samples.BulkServer;
import dev.sidestep.samples.EchoServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What programs see when a peer, a cable or an address fails: the JDK's own exceptions. */
class FailureE2eTest {
  private static final long TEN_MEGABYTES = 10 << 20;

  @ParameterizedTest
  @CsvSource({
    "KERNEL_VETH,blocking", "KERNEL_VETH,selector",
    "SIDESTEP_VETH,blocking", "SIDESTEP_VETH,selector"
  })
  void aPeerKilledBetweenMessagesEndsTheStream(Link.Kind kind, String mode) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link.second());
        ForkedJvm probe = startProbe(link, server.awaitListening(), mode)) {
      probe.awaitLine("ready", 30);
      server.kill();
      assertEquals("read: end of stream", probe.awaitLine("read: ", 10));
      assertEquals("write: java.io.IOException: Broken pipe", probe.awaitLine("write: ", 10));
      StackStats.assertCarried(probe.awaitSuccess(20), 1, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "KERNEL_VETH,blocking", "KERNEL_VETH,selector",
    "SIDESTEP_VETH,blocking", "SIDESTEP_VETH,selector"
  })
  void aPeerKilledWithUnreadDataResetsTheConnection(Link.Kind kind, String mode) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server =
            ForkedJvm.start(link.second(), MuteServer.class, link.second().address(), 0);
        ForkedJvm probe = startProbe(link, server.awaitListening(), mode)) {
      probe.awaitLine("ready", 30);
      server.kill();
      assertEquals(
          "read: java.net.SocketException: Connection reset", probe.awaitLine("read: ", 10));
      assertEquals("write: java.io.IOException: Broken pipe", probe.awaitLine("write: ", 10));
      StackStats.assertCarried(probe.awaitSuccess(20), 1, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH", "MEMIF"})
  void aHostThatHasGoneEndsTheConnectionByKeepaliveAndIsUnreachable(Link.Kind kind)
      throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link.second());
        ForkedJvm probe =
            ForkedJvm.start(
                link.first(),
                HostLossProbe.class,
                link.second().address(),
                server.awaitListening())) {
      probe.awaitLine("ready", 30);
      // The process at the other end of a memif is a host of its own: its stack dies with it.
      if (kind == Link.Kind.MEMIF) {
        server.kill();
      } else {
        link.veth().unplug();
      }
      assertEquals(
          "read: java.io.IOException: Connection timed out", probe.awaitLine("read: ", 20));
      StackStats.assertCarried(probe.awaitSuccess(60), 1, 1);
      String exception = "java.net.NoRouteToHostException: No route to host";
      assertEquals(threeTimes(exception), outcomes(probe).subList(1, 4));
    }
  }

  private static ForkedJvm startProbe(Link link, int port, String mode) {
    return ForkedJvm.start(
        link.first(), PeerLossProbe.class, link.second().address(), port, mode, 1000);
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_LOOPBACK", "MEMIF"})
  void aServerWhoseClientWasKilledServesTheNextOne(Link.Kind kind) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link.second())) {
      int port = server.awaitListening();
      try (ForkedJvm killed = startPacedClient(link.first(), link.second(), port, 100_000)) {
        killed.awaitLine("message 50", 30);
        killed.kill();
      }
      try (ForkedJvm next = startPacedClient(link.first(), link.second(), port, 50)) {
        next.awaitLine("all 50 messages came back", 30);
        StackStats.assertCarried(next.awaitSuccess(20), 1, 2 * 50 * 1000);
      }
      StackStats.assertCarried(server.terminate(), 2, 2 * 100 * 1000);
    }
  }

  private static ForkedJvm startPacedClient(End end, End server, int port, int messages) {
    return ForkedJvm.start(end, PacedEchoClient.class, server.address(), port, messages, 10);
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH"})
  void trafficGoesOnAfterTheCableWasOutForFiveSeconds(Link.Kind kind) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link.first());
        ForkedJvm client =
            startPacedClient(link.second(), link.first(), server.awaitListening(), 200)) {
      client.awaitLine("message 50", 30);
      link.veth().unplug();
      Thread.sleep(5000);
      link.veth().plug();
      client.awaitLine("all 200 messages came back", 40);
      client.awaitSuccess(20);
      StackStats.assertCarried(server.terminate(), 1, 2 * 200 * 1000);
    }
  }

  @ParameterizedTest
  @EnumSource(Link.Kind.class)
  void aRefusedPortIsReportedAtOnce(Link.Kind kind) throws Exception {
    String exception = "java.net.ConnectException: Connection refused";
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link.second())) {
      server.awaitListening();
      assertConnectFails(link, link.second().address(), exception, 10);
    }
  }

  private static ForkedJvm startServer(End end) {
    return ForkedJvm.start(end, EchoServer.class, "--host", end.address(), "--port", 0);
  }

  /** It must not send the address of a private link by the kernel's default route meanwhile. */
  @Test
  void aMemifClientThatIsThereBeforeItsServerConnectsOnceThatHasStarted() throws Exception {
    int port = 7007;
    try (Link link = Link.open(Link.Kind.MEMIF);
        ForkedJvm client =
            ForkedJvm.start(
                link.first().with("strict=false"),
                EarlyClient.class,
                link.second().address(),
                port)) {
      String attempt = client.awaitLine("attempt: ", 30);
      assertTrue(attempt.contains("java.net.NoRouteToHostException: No route to host: "), attempt);
      assertTrue(attempt.contains("start the server at the other end first"), attempt);
      try (ForkedJvm server =
          ForkedJvm.start(
              link.second(), EchoServer.class, "--host", link.second().address(), "--port", port)) {
        server.awaitListening();
        client.awaitLine("the server answers", 30);
        StackStats.assertCarried(client.awaitSuccess(20), 1, 2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH"})
  void aHostThatDoesNotAnswerIsUnreachableAfterSeconds(Link.Kind kind) throws Exception {
    String exception = "java.net.NoRouteToHostException: No route to host";
    try (Link link = Link.open(kind)) {
      assertConnectFails(link, "10.77.0.99", exception, 30);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH"})
  void anAddressWithoutARouteIsUnreachableAtOnce(Link.Kind kind) throws Exception {
    String exception = "java.net.SocketException: Network is unreachable";
    try (Link link = Link.open(kind)) {
      assertConnectFails(link, "192.0.2.1", exception, 10);
    }
  }

  private static void assertConnectFails(Link link, String address, String exception, long seconds)
      throws Exception {
    try (ForkedJvm probe = ForkedJvm.start(link.first(), ConnectProbe.class, address, 9)) {
      probe.awaitSuccess(3 * seconds);
      assertEquals(threeTimes(exception), outcomes(probe));
    }
  }

  private static List<String> threeTimes(String exception) {
    return List.of("blocking: " + exception, "selector: " + exception, "socket: " + exception);
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH"})
  void anAddressOfNobodyCannotBeBound(Link.Kind kind) throws Exception {
    String exception = "java.net.BindException: Cannot assign requested address";
    try (Link link = Link.open(kind);
        ForkedJvm probe = ForkedJvm.start(link.first(), ConnectProbe.class, "bind", "10.77.0.99")) {
      probe.awaitSuccess(20);
      assertEquals(List.of("server: " + exception, "client: " + exception), outcomes(probe));
    }
  }

  /** What the probe found, without times and without what Sidestep may have to say. */
  private static List<String> outcomes(ForkedJvm probe) {
    return probe.output().stream().filter(line -> line.contains(": java.")).toList();
  }

  @ParameterizedTest
  @EnumSource(Link.Kind.class)
  void allBytesArriveFromAProgramThatExitsRightAfterItsLastWrite(Link.Kind kind) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server =
            ForkedJvm.start(
                link.second(),
                BulkServer.class,
                "--host",
                link.second().address(),
                "--port",
                0,
                "--connections",
                1,
                "--verify");
        ForkedJvm client =
            ForkedJvm.start(
                link.first(),
                BulkClient.class,
                "--host",
                link.second().address(),
                "--port",
                server.awaitListening(),
                "--bytes",
                TEN_MEGABYTES,
                "--verify",
                "--exit-after-write")) {
      client.awaitSuccess(20);
      server.awaitLine("received bytes=" + TEN_MEGABYTES, 20);
      StackStats.assertCarried(client, 1, TEN_MEGABYTES);
    }
  }
}
