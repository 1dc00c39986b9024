package dev.sidestep.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A JVM of its own, run to its end. */
final class ForkedJvm {

  /** What a JVM left behind. */
  record Result(int exitCode, String out, String err) {}

  /** The finished jar, which the build has just made. */
  static final String AGENT_JAR = Path.of(System.getProperty("agent.jar", "")).toString();

  /** Where the programs of these tests are. */
  static final String PROGRAMS = Path.of("target", "test-classes").toAbsolutePath().toString();

  private final Path java;
  private final Map<String, String> environment;

  ForkedJvm(Path javaHome, Map<String, String> environment) {
    this.java = javaHome.resolve("bin").resolve("java");
    this.environment = environment;
  }

  /** The Java that runs the tests, with a plain environment. */
  static ForkedJvm ofThisJava() {
    return new ForkedJvm(Path.of(System.getProperty("java.home")), Map.of());
  }

  /** Runs a program with the agent and these JVM options. */
  Result runWithAgent(Class<?> program, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-javaagent:" + AGENT_JAR));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("-cp", PROGRAMS, program.getName()));
    return run(arguments.toArray(String[]::new));
  }

  /** Runs the JVM with exactly these arguments. */
  Result run(String... arguments) throws Exception {
    Path directory = Files.createTempDirectory("jvm");
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    int exitCode = start(arguments, ProcessBuilder.Redirect.to(out.toFile()), err).waitFor();
    return new Result(exitCode, Files.readString(out), Files.readString(err));
  }

  /** Starts the JVM; its standard error goes to {@code err}. */
  Process start(String[] arguments, ProcessBuilder.Redirect out, Path err) throws IOException {
    List<String> command = new ArrayList<>(List.of(java.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().putAll(environment);
    return builder.redirectOutput(out).redirectError(err.toFile()).start();
  }
}
