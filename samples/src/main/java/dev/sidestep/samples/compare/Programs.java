package dev.sidestep.samples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts the sample programs, and the raw round trip, each in a JVM of its own. */
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

  private static final String SAMPLES = "dev.sidestep.samples.";
  private static final String RAW = "dev.sidestep.stack.nic.dpdk.RawPingPong";

  private final Path agentJar;
  private final Path directory;
  private final String profile;
  private int pairs;

  /** Programs whose sockets and logs lie in {@code directory}. */
  Programs(Path agentJar, Path directory, String profile) {
    this.agentJar = agentJar;
    this.directory = directory;
    this.profile = profile;
  }

  /** The kernel's stack. */
  Transport kernel() {
    return Transport.kernel();
  }

  /** Sidestep over a link of its own. */
  Transport sidestep() {
    return Transport.sidestep(agentJar, newMemifSocket(), profile);
  }

  Path newMemifSocket() {
    pairs++;
    return directory.resolve("memif" + pairs + ".sock");
  }

  /** A file for a client's histogram. */
  Path newHistogramLog() throws IOException {
    return Files.createTempFile(directory, "latency", ".hlog");
  }

  /** A running server, and the port it listens on. */
  record Server(ChildJvm jvm, String port) implements AutoCloseable {
    @Override
    public void close() {
      jvm.close();
    }
  }

  /** Starts a server program and waits until it listens. */
  Server startServer(Transport transport, String program, List<String> arguments)
      throws IOException, CompareException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("--host", transport.serverAddress()));
    all.addAll(arguments);
    ChildJvm jvm = startJvm(transport, transport.serverJvmArguments(), program, all);
    try {
      String line = jvm.awaitLine("listening on ", START_SECONDS);
      return new Server(jvm, line.substring(line.lastIndexOf(':') + 1));
    } catch (CompareException e) {
      jvm.close();
      throw e;
    }
  }

  /** Runs a client program to its end and returns the line that begins with {@code prefix}. */
  String runClient(
      Transport transport, Server server, String program, List<String> arguments, String prefix)
      throws IOException, CompareException, InterruptedException {
    List<String> all =
        new ArrayList<>(List.of("--host", transport.serverAddress(), "--port", server.port()));
    all.addAll(arguments);
    try (ChildJvm client = startJvm(transport, transport.clientJvmArguments(), program, all)) {
      String line = client.awaitLine(prefix, 600);
      client.awaitSuccess(START_SECONDS);
      return line;
    }
  }

  private static ChildJvm startJvm(
      Transport transport, List<String> jvmArguments, String program, List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(JVM_ARGUMENTS);
    all.addAll(jvmArguments);
    all.addAll(List.of("-cp", System.getProperty("java.class.path"), SAMPLES + program));
    all.addAll(arguments);
    return ChildJvm.start(program + " on " + transport.name(), all);
  }

  /** Starts one end of the raw round trip, which uses rings and no stack. */
  ChildJvm startRaw(String role, Path memifSocket, String roundTrips) throws IOException {
    List<String> all = new ArrayList<>(JVM_ARGUMENTS);
    all.addAll(List.of("-cp", agentJar.toString(), RAW, role, memifSocket.toString()));
    all.add(roundTrips);
    return ChildJvm.start("raw memif " + role, all);
  }
}
