package dev.sidestep.compat.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A program in a JVM of its own. All it prints is kept in memory and in {@code
 * target/forked/<n>-<program>.log}; every failure shows it. Closing kills the program.
 */
public final class ForkedJvm implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final List<String> JVM_ARGUMENTS =
      List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");

  private final String name;
  private final End end;
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;
  private final Thread killer;
  private int awaited;

  private ForkedJvm(String name, End end, Process process, Path log) {
    this.name = name;
    this.end = end;
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().name(name).start(() -> readOutput(log));
    this.killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /** Starts {@code program} with the stack, the class path and the namespace of {@code end}. */
  public static ForkedJvm start(End end, Class<?> program, Object... arguments) {
    return start(end, List.of(), program, arguments);
  }

  /** As the other {@code start}, with more arguments for the JVM. */
  public static ForkedJvm start(
      End end, List<String> jvmArguments, Class<?> program, Object... arguments) {
    List<String> command = new ArrayList<>(end.commandPrefix());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_ARGUMENTS);
    command.addAll(end.jvmArguments());
    command.addAll(jvmArguments);
    command.addAll(List.of("-cp", end.classpath(), program.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    String name = NUMBER.incrementAndGet() + "-" + program.getSimpleName();
    try {
      Path log = Files.createDirectories(Path.of("target", "forked")).resolve(name + ".log");
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return new ForkedJvm(name + " on " + end.name(), end, process, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readOutput(Path log) {
    try (BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        PrintStream copy = new PrintStream(Files.newOutputStream(log), true)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        copy.println(line);
        append(line);
      }
    } catch (IOException e) {
      append("output ends: " + e);
    }
  }

  private synchronized void append(String line) {
    lines.add(line);
    notifyAll();
  }

  /** The next line not awaited yet that begins with {@code prefix}; fails when none comes. */
  public synchronized String awaitLine(String prefix, long seconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      while (awaited < lines.size()) {
        String line = lines.get(awaited++);
        if (line.startsWith(prefix)) {
          return line;
        }
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (millis <= 0 || (!process.isAlive() && !reader.isAlive())) {
        return fail(story("did not print \"" + prefix + "\" within " + seconds + " s"));
      }
      wait(Math.min(millis, 100));
    }
  }

  /** Writes a line to the program's standard input. */
  public void tell(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Waits for the line every server prints when it is ready; returns the port. */
  public int awaitListening() throws InterruptedException {
    String line = awaitLine("listening on ", 30);
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  /** Waits until the program has ended by itself with status 0. */
  public ForkedJvm awaitSuccess(long seconds) throws InterruptedException {
    assertEquals(0, awaitExit(seconds), () -> story("failed"));
    return this;
  }

  /** Waits until the program has ended by itself; returns its status. */
  public int awaitExit(long seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      fail(story("did not end within " + seconds + " s") + threadDump());
    }
    reader.join(5000);
    return process.exitValue();
  }

  /** Ends the program as SIGTERM does, so that its exit hooks run. */
  public ForkedJvm terminate() throws InterruptedException {
    // Not Process.destroy(), which closes the pipe its last words come through.
    process.toHandle().destroy();
    awaitExit(20);
    return this;
  }

  /** Ends the program as {@code kill -9} does. */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    awaitExit(20);
  }

  /** Bytes of the running program's memory that lie on hugepages (proc_pid_status(5)). */
  public long hugepageBytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("HugetlbPages:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  /** All the program has printed so far. */
  public synchronized List<String> output() {
    return List.copyOf(lines);
  }

  /** The first line printed that begins with {@code prefix}, or {@code null}. */
  public @Nullable String lineBeginning(String prefix) {
    return output().stream().filter(line -> line.startsWith(prefix)).findFirst().orElse(null);
  }

  /** Which stack, address and namespace the program has. */
  public End end() {
    return end;
  }

  /** What happened and all the program printed, for messages. */
  public String story(String what) {
    return name + " " + what + ". It printed:\n  " + String.join("\n  ", output()) + "\n";
  }

  private String threadDump() {
    try {
      Process jstack =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jstack").toString(),
                  Long.toString(process.pid()))
              .redirectErrorStream(true)
              .start();
      return new String(jstack.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "(no thread dump: " + e + ")";
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
