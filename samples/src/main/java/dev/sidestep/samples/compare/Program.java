package dev.sidestep.samples.compare;

import java.util.List;

/**
 * A program to start in a JVM of its own.
 *
 * @param mainClass its class's full name
 * @param jvmArguments what its JVM gets beside what all get
 * @param arguments its own, beside {@code --host} and {@code --port}
 */
record Program(String mainClass, List<String> jvmArguments, List<String> arguments) {
  private static final String SAMPLES = "dev.sidestep.samples.";

  /** A sample program. */
  static Program sample(String name, String... arguments) {
    return new Program(SAMPLES + name, List.of(), List.of(arguments));
  }

  /** Its name without the package. */
  String name() {
    return mainClass.substring(mainClass.lastIndexOf('.') + 1);
  }
}
