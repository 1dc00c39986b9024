package dev.sidestep.samples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts the programs, and the raw round trip, each in a JVM of its own. */
final class Programs {
  private static final long START_SECONDS = 30;

  /** The same for every JVM of the comparison: a small fixed heap and few collector threads. */
  private static final List<String> JVM_ARGUMENTS =
      List.of(
          "-Xms512m",
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:+AlwaysPreTouch",
          "--enable-native-access=ALL-UNNAMED");

  /** Lets a command open many files where that is allowed, and then is the command. */
  private static final List<String> MANY_FILES =
      List.of(
          "sh",
          "-c",
          "(" + Machine.RAISE + ") 2>/dev/null && " + Machine.RAISE + "; exec \"$0\" \"$@\"");

  private static final String RAW = "dev.sidestep.stack.nic.dpdk.RawPingPong";

  private final Path directory;
  private final String profile;
  private final String classpath;

  /**
   * Programs whose sockets and logs lie in {@code directory}, and whose classes in {@code
   * classpath}.
   */
  Programs(Path directory, String profile, String classpath) {
    this.directory = directory;
    this.profile = profile;
    this.classpath = classpath;
  }

  /** The stack, on Sidestep with a link of its own, for programs that keep files in a folder. */
  Transport transport(Stack stack, RunFolder folder) {
    return Transport.of(stack, folder, profile);
  }

  /** An empty folder for one run. */
  RunFolder newFolder() throws IOException {
    return new RunFolder(Files.createTempDirectory(directory, "run"));
  }

  /** A running server, and the port it listens on. */
  record Server(ChildJvm jvm, String port) implements AutoCloseable {
    @Override
    public void close() {
      jvm.close();
    }
  }

  /** Starts a server program and waits until it listens. */
  Server startServer(Transport transport, List<String> prefix, Program program)
      throws IOException, CompareException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("--host", transport.serverAddress(), "--port", "0"));
    arguments.addAll(program.arguments());
    ChildJvm jvm =
        start(transport.name(), prefix, transport.serverJvmArguments(), program, arguments);
    try {
      String line = jvm.awaitLine("listening on ", START_SECONDS);
      return new Server(jvm, line.substring(line.lastIndexOf(':') + 1));
    } catch (CompareException | InterruptedException e) {
      jvm.close();
      throw e;
    }
  }

  /** Starts a client program with {@code more} arguments beside its own. */
  ChildJvm startClient(
      Transport transport, List<String> prefix, Server server, Program program, List<String> more)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("--host", transport.serverAddress(), "--port", server.port()));
    arguments.addAll(program.arguments());
    arguments.addAll(more);
    return start(transport.name(), prefix, transport.clientJvmArguments(), program, arguments);
  }

  private ChildJvm start(
      String stack,
      List<String> prefix,
      List<String> jvmArguments,
      Program program,
      List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(JVM_ARGUMENTS);
    all.addAll(jvmArguments);
    all.addAll(program.jvmArguments());
    all.addAll(List.of("-cp", classpath, program.mainClass()));
    all.addAll(arguments);
    List<String> start = new ArrayList<>(MANY_FILES);
    start.addAll(prefix);
    return ChildJvm.start(program.name() + " on " + stack, start, all);
  }

  /** Starts one end of the raw round trip, which uses rings and no stack. */
  ChildJvm startRaw(Path agentJar, String role, Path memifSocket, String roundTrips)
      throws IOException {
    List<String> all = new ArrayList<>(JVM_ARGUMENTS);
    all.addAll(List.of("-cp", agentJar.toString(), RAW, role, memifSocket.toString()));
    all.add(roundTrips);
    return ChildJvm.start("raw memif " + role, List.of(), all);
  }
}
