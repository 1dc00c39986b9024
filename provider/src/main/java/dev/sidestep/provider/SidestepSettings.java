package dev.sidestep.provider;

import dev.sidestep.stack.config.ConfigException;
import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.config.StackConfig;
import org.jspecify.annotations.Nullable;

/**
 * The settings of this process. The agent installs what it has read; without the agent they are
 * read from the system properties when they are first asked for. Any thread.
 */
public final class SidestepSettings {

  private static @Nullable StackConfig config;
  private static @Nullable String broken;

  private SidestepSettings() {}

  /**
   * What the user has set. If that cannot be used and {@code sidestep.strict} is not set, a line on
   * standard error has said so, and the answer is a configuration that leaves everything to the
   * kernel.
   *
   * @throws ConfigException if the settings cannot be used and {@code sidestep.strict=true}
   */
  public static synchronized StackConfig config() {
    if (config == null) {
      config = readProperties();
    }
    return config;
  }

  private static StackConfig readProperties() {
    SettingsReader reader = new SettingsReader(System.getProperties(), null);
    try {
      return reader.read();
    } catch (ConfigException e) {
      if (reader.isStrict()) {
        throw e;
      }
      broken = e.line();
      System.err.println("sidestep: " + broken + " (all traffic stays on the kernel)");
      return SettingsReader.defaults();
    }
  }

  /** Why the user's settings are not in force, in one line, or {@code null} if they are. */
  public static synchronized @Nullable String broken() {
    return broken;
  }

  /** Hands over settings that the agent has read. Called before any NIO is used. */
  public static synchronized void install(StackConfig read) {
    config = read;
  }
}
