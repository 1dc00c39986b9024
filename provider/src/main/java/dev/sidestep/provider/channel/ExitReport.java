package dev.sidestep.provider.channel;

import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.engine.StackEngine;
import org.jspecify.annotations.Nullable;

/** What is said at exit of a program that was to use the stack: counters, or that it did not. */
public final class ExitReport {

  private static final String UNUSED = "the program opened no socket of ours";

  private ExitReport() {}

  /**
   * The lines for standard error, or an empty text.
   *
   * @param engine the stack, or null if it never ran
   * @param failure why it could not start, or null if it never had to
   */
  public static String of(
      StackConfig config, @Nullable StackEngine engine, @Nullable String failure) {
    if (config.statsAtExit()) {
      return stats(engine, failure);
    }
    boolean unused = engine == null && failure == null;
    return unused && config.strict() && config.banner() ? "sidestep: " + UNUSED + "\n" : "";
  }

  /** What the stack has carried. */
  static String stats(@Nullable StackEngine engine, @Nullable String failure) {
    if (engine != null) {
      return StatsReport.of(engine);
    }
    return StatsReport.ofNothing(
        failure == null ? UNUSED : "every connection stayed on the kernel");
  }
}
