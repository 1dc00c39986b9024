package dev.sidestep.agent;

import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/**
 * What a JVM meets first. This class alone is compiled for Java 8, so that an old JVM gets a line
 * it can understand instead of an UnsupportedClassVersionError.
 */
public final class Launcher {

  private static final int NEEDED_JAVA = 25;

  private Launcher() {}

  /** {@code java -jar}. */
  public static void main(String[] args) {
    if (isJavaTooOld()) {
      System.err.println(tooOld() + ". Set JAVA_HOME to a JDK " + NEEDED_JAVA + ".");
      System.exit(1);
    }
    System.exit(CommandLine.run(args, System.out, System.err));
  }

  /** {@code java -javaagent:sidestep-agent.jar=file}. */
  public static void premain(@Nullable String file, Instrumentation instrumentation) {
    if (isJavaTooOld()) {
      stayOnKernel();
    } else {
      SidestepAgent.premain(file, instrumentation);
    }
  }

  /** Attached to a running JVM. */
  public static void agentmain(@Nullable String file, Instrumentation instrumentation) {
    // By now the program may hold channels and selectors of another provider, for good.
    System.err.println(
        "sidestep: cannot be attached to a running program; add"
            + " -javaagent:sidestep-agent.jar to its command line");
  }

  private static void stayOnKernel() {
    if (Boolean.getBoolean("sidestep.strict")) {
      System.err.println(tooOld() + " and sidestep.strict=true");
      Runtime.getRuntime().halt(1);
    }
    System.err.println(tooOld() + "; the program runs on the kernel");
  }

  private static String tooOld() {
    return "sidestep: Sidestep needs Java "
        + NEEDED_JAVA
        + " or newer; this is "
        + System.getProperty("java.version");
  }

  private static boolean isJavaTooOld() {
    // "1.8" up to Java 8, "9", "10" and so on since.
    String version = System.getProperty("java.specification.version", "");
    return version.startsWith("1.") || Integer.parseInt(version) < NEEDED_JAVA;
  }
}
