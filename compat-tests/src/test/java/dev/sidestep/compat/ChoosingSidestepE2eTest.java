package dev.sidestep.compat;

import dev.sidestep.compat.programs.SelfEcho;
import dev.sidestep.compat.rig.Classpath;
import dev.sidestep.compat.rig.End;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.EchoClient;
import dev.sidestep.samples.EchoServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to put a program on Sidestep carries the program's traffic. */
class ChoosingSidestepE2eTest {
  private static final long BYTES = 4 << 20;
  private static final List<String> FLAGS_OF_A_PROVIDER =
      List.of(
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED");

  @TempDir Path directory = Path.of("");

  @Test
  void theAgentTakesItsSettingsFromProperties() throws Exception {
    try (Link link = Link.open(Link.Kind.MEMIF)) {
      assertEchoes(link.second(), link.first());
    }
  }

  @Test
  void theAgentTakesItsSettingsFromAFile() throws Exception {
    try (Link link = Link.open(Link.Kind.MEMIF)) {
      assertEchoes(withSettingsFile(link.second(), "a"), withSettingsFile(link.first(), "b"));
    }
  }

  private End withSettingsFile(End end, String name) throws IOException {
    Path file = directory.resolve(name + ".properties");
    Files.write(file, settings(end).stream().map(line -> line.substring("-D".length())).toList());
    return end.with(List.of("-javaagent:" + Classpath.agentJar() + "=" + file), end.classpath());
  }

  @Test
  void theProviderIsNamedByAProperty() throws Exception {
    try (Link link = Link.open(Link.Kind.MEMIF)) {
      assertEchoes(withProperty(link.second()), withProperty(link.first()));
    }
  }

  private static End withProperty(End end) {
    List<String> arguments = new ArrayList<>(FLAGS_OF_A_PROVIDER);
    arguments.add(
        "-Djava.nio.channels.spi.SelectorProvider="
            + "dev.sidestep.provider.SidestepSelectorProvider");
    arguments.addAll(settings(end));
    return end.with(arguments, withAgentJar(end));
  }

  private static String withAgentJar(End end) {
    return end.classpath() + File.pathSeparator + Classpath.agentJar();
  }

  private static List<String> settings(End end) {
    return end.jvmArguments().stream().filter(line -> line.startsWith("-Dsidestep.")).toList();
  }

  @Test
  void loopbackIsServedInsideTheStack() throws Exception {
    int messages = 1000;
    End end = End.sidestepLoopback();
    try (ForkedJvm program = ForkedJvm.start(end, SelfEcho.class, messages)) {
      program.awaitLine("echoed messages=" + messages, 30);
      StackStats.assertCarried(program.awaitSuccess(20), 2, 4L * messages * 1000);
    }
  }

  private static void assertEchoes(End serverEnd, End clientEnd) throws InterruptedException {
    try (ForkedJvm server =
        ForkedJvm.start(
            serverEnd,
            EchoServer.class,
            "--host",
            serverEnd.address(),
            "--port",
            0,
            "--connections",
            1)) {
      int port = server.awaitListening();
      try (ForkedJvm client =
          ForkedJvm.start(
              clientEnd,
              EchoClient.class,
              "--host",
              serverEnd.address(),
              "--port",
              port,
              "--bytes",
              BYTES,
              "--verify")) {
        client.awaitLine("echoed bytes=" + BYTES, 30);
        StackStats.assertCarried(client.awaitSuccess(20), 1, 2 * BYTES);
        StackStats.assertCarried(server.awaitSuccess(20), 1, 2 * BYTES);
      }
    }
  }
}
