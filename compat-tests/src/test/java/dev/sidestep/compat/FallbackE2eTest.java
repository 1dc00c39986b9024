package dev.sidestep.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.compat.rig.End;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.EchoClient;
import dev.sidestep.samples.EchoServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A stack that cannot start: the program runs on the kernel and one line says why, or, when the
 * user wants it strictly, fails with that line.
 */
class FallbackE2eTest {
  private static final long BYTES = 1 << 20;
  private static final String ADDRESS = "-Dsidestep.address=10.77.0.1/24";
  private static final String GOOD_DEVICE = "-Dsidestep.device=net_null0";

  @TempDir Path directory = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "-Dsidestep.device=net_memfi0, no driver net_memfi; did you mean net_memif?",
    "'-Dsidestep.device=net_memif0,role=master', role is",
    "'-Dsidestep.device=net_af_packet0,iface=absent0', there is no interface absent0",
    "'-Dsidestep.device=net_memif0,socket=/absent/socket,socket-abstract=no', /absent does not",
    "-Dsidestep.eal=--no-such-option, --no-such-option",
  })
  void aWrongSettingLeavesTheProgramOnTheKernel(String setting, String reason) throws Exception {
    List<String> settings = List.of(GOOD_DEVICE, ADDRESS, setting);
    assertRunsOnTheKernel(List.of(), settings, reason);
    assertFailsWhenStrict(List.of(), settings, reason);
  }

  @Test
  void aMissingLibraryLeavesTheProgramOnTheKernel() throws Exception {
    List<String> withoutDpdk = List.of("env", "LD_LIBRARY_PATH=" + brokenLibraries());
    List<String> settings = List.of(GOOD_DEVICE, ADDRESS);
    assertRunsOnTheKernel(withoutDpdk, settings, "DPDK");
    assertFailsWhenStrict(withoutDpdk, settings, "DPDK");
  }

  /** Files in place of DPDK's libraries that the dynamic linker finds first and cannot load. */
  private Path brokenLibraries() throws IOException {
    for (int version : List.of(23, 24, 25, 26)) {
      Files.createFile(directory.resolve("librte_eal.so." + version));
    }
    Files.createFile(directory.resolve("librte_eal.so"));
    return directory;
  }

  private static void assertRunsOnTheKernel(
      List<String> prefix, List<String> settings, String reason) throws Exception {
    try (Link kernel = Link.open(Link.Kind.KERNEL_LOOPBACK);
        ForkedJvm server = startServer(prefix, settings)) {
      int port = server.awaitListening();
      try (ForkedJvm client =
          ForkedJvm.start(
              kernel.second(),
              EchoClient.class,
              "--host",
              kernel.first().address(),
              "--port",
              port,
              "--bytes",
              BYTES,
              "--verify")) {
        client.awaitLine("echoed bytes=" + BYTES, 30);
        client.awaitSuccess(20);
        server.awaitSuccess(20);
        StackStats.assertCarried(server, 0, 0);
        assertEquals(1, linesWith(server, reason), server.story("should say once why"));
      }
    }
  }

  private static void assertFailsWhenStrict(
      List<String> prefix, List<String> settings, String reason) throws Exception {
    List<String> strict = new ArrayList<>(settings);
    strict.add("-Dsidestep.strict=true");
    try (ForkedJvm server = startServer(prefix, strict)) {
      assertNotEquals(0, server.awaitExit(30));
      assertTrue(linesWith(server, reason) > 0, server.story("should say why"));
    }
  }

  private static ForkedJvm startServer(List<String> prefix, List<String> settings) {
    End end = End.sidestepWith(prefix, settings);
    return ForkedJvm.start(
        end, EchoServer.class, "--host", "0.0.0.0", "--port", 0, "--connections", 1);
  }

  private static long linesWith(ForkedJvm program, String reason) {
    return program.output().stream().filter(line -> line.contains(reason)).count();
  }
}
