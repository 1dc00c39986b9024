package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program sees of DPDK, from outside. */
class DpdkProcessTest {

  @TempDir Path directory;

  @BeforeEach
  void needsDpdk() {
    RequiresDpdk.orSkip();
  }

  @Test
  void aProgramKeepsItsStreamsCleanAndItsAffinity() throws Exception {
    ForkedJvm.Result result = run("", "net_null0", "net_null1");
    assertEquals("", result.error());
    assertEquals(
        "opened net_null0\nopened net_null1\naffinity unchanged: true\naffinity inherited: true",
        result.output());
  }

  @Test
  void nothingIsLeftInTheRuntimeDirectory() throws Exception {
    String prefix = "sidestep-test" + ProcessHandle.current().pid();
    ForkedJvm.Result result = run("--file-prefix=" + prefix, "net_null0");
    assertTrue(result.output().startsWith("opened net_null0"), result.output());
    assertFalse(Files.exists(runtimeDirectories().resolve(prefix)));
  }

  /** Where EAL makes a directory for each process (eal_create_runtime_dir). */
  private static Path runtimeDirectories() {
    String ofUser = Objects.requireNonNullElse(System.getenv("XDG_RUNTIME_DIR"), "/tmp");
    boolean root = System.getProperty("user.name").equals("root");
    return Path.of(root ? "/var/run" : ofUser, "dpdk");
  }

  @Test
  void anArgumentThatDpdkRefusesIsNamedAndPrintsNoUsageText() throws Exception {
    ForkedJvm.Result result = run("--iova-mode=bogus", "net_null0");
    assertEquals("", result.error());
    assertEquals(1, result.output().lines().count(), result.output());
    assertTrue(result.output().startsWith("sidestep.eal: DPDK does not accept"), result.output());
    assertTrue(result.output().contains("--iova-mode=bogus"), result.output());
  }

  @Test
  void tooLittleMemoryIsNamed() throws Exception {
    ForkedJvm.Result result = run("--no-huge -m 8", "net_null0");
    assertEquals("", result.error());
    assertTrue(result.output().startsWith("sidestep.eal: DPDK has no memory"), result.output());
  }

  @Test
  void somebodyElsesEalIsNotTouched() throws Exception {
    ForkedJvm.Result result = run("foreign", "net_null0");
    assertTrue(
        result.output().contains("something else in this JVM has started DPDK"),
        result.output() + result.error());
  }

  @Test
  void anOrdinaryUserOpensMemif() throws Exception {
    RequiresDpdk.orSkip(
        System.getProperty("user.name").equals("root") && Files.exists(Path.of("/usr/bin/setpriv")),
        "only root can become another user");
    List<String> asNobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    String classPath = System.getProperty("java.class.path").split(":")[0];
    RequiresDpdk.orSkip(readableByOthers(Path.of(classPath)), "the classes are root's alone");
    ForkedJvm.Result result;
    try (ForkedJvm jvm =
        ForkedJvm.start(
            directory,
            asNobody,
            OpenDevices.class,
            "",
            "net_memif0,role=server,socket=sidestep" + ProcessHandle.current().pid())) {
      result = jvm.await();
    }
    assertTrue(result.output().startsWith("opened net_memif0"), result.output() + result.error());
  }

  @Test
  void twoProcessesPlayPingPongOverMemif() throws Exception {
    String socket = "sidestep-ping-pong-" + ProcessHandle.current().pid();
    try (ForkedJvm client = ForkedJvm.start(directory, RawPingPong.class, "client", socket, "50");
        ForkedJvm server = ForkedJvm.start(directory, RawPingPong.class, "server", socket)) {
      ForkedJvm.Result measured = client.await();
      assertTrue(
          measured.output().matches("raw p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+"),
          measured.output() + measured.error());
      assertEquals("", measured.error());
      ForkedJvm.Result served = server.await();
      assertEquals(0, served.exitCode(), served.error());
    }
  }

  @Test
  void aServerOutlivesClientsThatDieInTheMiddleOfABurst() throws Exception {
    String socket = "sidestep-dying-" + ProcessHandle.current().pid();
    int clients = 3;
    try (ForkedJvm server =
        ForkedJvm.start(directory, DyingPeer.class, "server", socket, String.valueOf(clients))) {
      for (int i = 0; i < clients; i++) {
        try (ForkedJvm client = ForkedJvm.start(directory, DyingPeer.class, "client", socket)) {
          assertEquals(9, client.await().exitCode());
        }
      }
      ForkedJvm.Result result = server.await();
      assertEquals("outlived " + clients, result.output(), result.error());
    }
  }

  private ForkedJvm.Result run(String... arguments) throws IOException, InterruptedException {
    try (ForkedJvm jvm = ForkedJvm.start(directory, OpenDevices.class, arguments)) {
      return jvm.await();
    }
  }

  private static boolean readableByOthers(Path path) throws IOException {
    for (Path part = path.toAbsolutePath(); part != null; part = part.getParent()) {
      if (!Files.getPosixFilePermissions(part).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }
}
