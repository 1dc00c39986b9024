package dev.sidestep.stack.nic.dpdk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of our own, for what shows only from outside or once per process. */
final class ForkedJvm implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path output;
  private final Path error;

  /** How a JVM has ended. */
  record Result(int exitCode, String output, String error) {}

  private ForkedJvm(Process process, Path output, Path error) {
    this.process = process;
    this.output = output;
    this.error = error;
  }

  static ForkedJvm start(Path directory, Class<?> main, String... arguments) throws IOException {
    return start(directory, List.of(), main, arguments);
  }

  /** Starts a JVM through {@code wrapper}, a command that runs the command behind it. */
  static ForkedJvm start(Path directory, List<String> wrapper, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(directory, "output", ".txt");
    Path error = Files.createTempFile(directory, "error", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(error.toFile())
            .start();
    return new ForkedJvm(process, output, error);
  }

  Result await() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    return new Result(process.exitValue(), text(output), text(error));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
