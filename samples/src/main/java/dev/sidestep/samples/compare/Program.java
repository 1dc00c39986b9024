package dev.sidestep.samples.compare;

import java.util.ArrayList;
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
  private static final String OTHERS = "dev.sidestep.programs.";

  /** A sample program. */
  static Program sample(String name, String... arguments) {
    return new Program(SAMPLES + name, List.of(), List.of(arguments));
  }

  /** A program that starts one of others. */
  static Program other(String name, String... arguments) {
    return new Program(OTHERS + name, List.of(), List.of(arguments));
  }

  /** The same with more arguments. */
  Program with(String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return new Program(mainClass, jvmArguments, all);
  }

  /** The same with another limit of its heap. */
  Program withHeap(String bytes) {
    return new Program(mainClass, List.of("-Xmx" + bytes), arguments);
  }

  /** Its name without the package. */
  String name() {
    return mainClass.substring(mainClass.lastIndexOf('.') + 1);
  }
}
