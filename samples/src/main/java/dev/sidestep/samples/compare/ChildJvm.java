package dev.sidestep.samples.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A program in a JVM of its own. Keeps every line the program prints; {@link #close} ends the
 * program, and so does the end of this JVM.
 */
final class ChildJvm implements AutoCloseable {
  private static final String END = new String("end of output");

  private final String name;
  private final Process process;
  private final Thread killer;
  private final List<String> output = new ArrayList<>();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
    this.killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    Thread.ofPlatform().daemon().name("output of " + name).start(this::readOutput);
  }

  /** Starts {@code java} of this JVM's own installation, by {@code prefix} unless it is empty. */
  static ChildJvm start(String name, List<String> prefix, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    return new ChildJvm(name, new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  private void readOutput() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("output of " + name + " is cut off: " + e);
    }
    lines.add(END);
  }

  /** The first line from now on that begins with {@code prefix}. */
  String awaitLine(String prefix, long seconds) throws CompareException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) {
        throw failure("did not print \"" + prefix + "…\" within " + seconds + " s");
      } else if (isEnd(line)) {
        process.waitFor();
        throw failure("ended with status " + process.exitValue());
      }
      output.add(line);
      if (line.startsWith(prefix)) {
        return line;
      }
    }
  }

  /** Waits until the program has ended by itself, with status 0. */
  void awaitSuccess(long seconds) throws CompareException, InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw failure("did not end within " + seconds + " s");
    } else if (process.exitValue() != 0) {
      throw failure("ended with status " + process.exitValue());
    }
  }

  /** Processor time the program has used so far. */
  CpuTime cpuTime() throws IOException {
    return CpuTime.ofProcess(process.pid());
  }

  private CompareException failure(String what) {
    for (String line = lines.poll(); line != null && !isEnd(line); line = lines.poll()) {
      output.add(line);
    }
    String said = output.isEmpty() ? "(nothing)" : String.join("\n    ", output);
    return new CompareException(name + " " + what + ". It printed:\n    " + said);
  }

  @SuppressWarnings("ReferenceEquality")
  private static boolean isEnd(String line) {
    return line == END;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
