package dev.sidestep.compat.rig;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Where forked JVMs find their classes. */
public final class Classpath {
  private static final List<String> PROGRAM_PARTS =
      List.of(
          "/compat-tests/target/test-classes",
          "/samples/target/",
          "HdrHistogram",
          "/netty-",
          "/io/grpc/",
          "/guava",
          "/perfmark");

  private Classpath() {}

  /**
   * The sample programs, this module's programs and the libraries they use, and nothing of
   * Sidestep: its jar on the class path would be picked up as a service.
   */
  public static String ofPrograms() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> PROGRAM_PARTS.stream().anyMatch(entry::contains))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Sidestep's one jar, as a user would name it. */
  public static Path agentJar() {
    Path jar = Path.of("..", "agent", "target", "sidestep-agent.jar").toAbsolutePath().normalize();
    assertTrue(Files.isReadable(jar), jar + " is missing: run mvn verify from the top folder");
    return jar;
  }
}
