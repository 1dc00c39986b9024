package dev.sidestep.agent;

import dev.sidestep.provider.SidestepSelectorProvider;
import dev.sidestep.provider.SidestepSettings;
import dev.sidestep.provider.channel.ExitReport;
import dev.sidestep.provider.kernel.ExitHook;
import dev.sidestep.provider.kernel.KernelAccess;
import dev.sidestep.provider.selector.SelectorDescriptors;
import dev.sidestep.stack.config.ConfigException;
import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.config.StackConfig;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Modifier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Prepares a JVM for Sidestep before the program's {@code main}. It reads the settings and chooses
 * the provider; it opens and starts nothing: {@code JAVA_TOOL_OPTIONS} brings the agent into every
 * JVM of an environment, and most of them never open a socket. For the same reason nothing here may
 * use a lambda or anything else that the JVM links at run time, which takes longer than all the
 * rest. It does not log either, which would fix the logging set-up before the program can choose
 * its own. With settings that cannot be used, or with none, it says so in one line and changes
 * nothing.
 */
final class SidestepAgent {

  static final String PROVIDER_PROPERTY = "java.nio.channels.spi.SelectorProvider";
  static final String PROVIDER = "dev.sidestep.provider.SidestepSelectorProvider";

  /** The one whose inside is known to be as {@link JdkDoors} expect. */
  private static final String KNOWN_JAVA = "25";

  private SidestepAgent() {}

  /**
   * @param file path of the settings file, or {@code null} or empty for none
   */
  static void premain(@Nullable String file, Instrumentation instrumentation) {
    String settingsFile = file == null || file.isBlank() ? null : file.strip();
    SettingsReader reader = new SettingsReader(System.getProperties(), settingsFile);
    try {
      StackConfig config = reader.read();
      if (config.carriesAnything()) {
        takeOver(config, instrumentation);
      } else {
        say(
            "neither sidestep.device nor sidestep.loopback=stack is set; all traffic stays on the"
                + " kernel");
      }
    } catch (ConfigException e) {
      if (reader.isStrict()) {
        refuse(e.line());
      }
      say(e.line() + " (all traffic stays on the kernel)");
    }
  }

  /** Checks first and changes afterwards: where we refuse, the JVM stays as we found it. */
  private static void takeOver(StackConfig config, Instrumentation instrumentation) {
    requireNoOtherProvider();
    requireFirstUseOfNio(instrumentation);
    prepareDoors(instrumentation);
    SidestepSettings.install(config);
    System.setProperty(PROVIDER_PROPERTY, PROVIDER);
    watchNativeTransports(config, instrumentation);
    reportAtExit(config);
  }

  private static void requireNoOtherProvider() {
    String chosen = System.getProperty(PROVIDER_PROPERTY);
    if (chosen != null && !chosen.equals(PROVIDER)) {
      throw new ConfigException(
          PROVIDER_PROPERTY + "=" + chosen + " is set; remove it to use Sidestep");
    }
  }

  private static void requireFirstUseOfNio(Instrumentation instrumentation) {
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      // A name is made when it is asked for, so only few are.
      if (Modifier.isStatic(loaded.getModifiers())
          && loaded.getName().equals("java.nio.channels.spi.SelectorProvider$Holder")) {
        throw new ConfigException(
            "something used NIO before the agent could take over; put"
                + " -javaagent:sidestep-agent.jar before all other agents");
      }
    }
  }

  private static void prepareDoors(Instrumentation instrumentation) {
    LateDoors doors = new LateDoors(instrumentation);
    if (!KNOWN_JAVA.equals(System.getProperty("java.specification.version"))) {
      // While the program can still do without us.
      doors.open().defaultSelectorProvider();
    }
    KernelAccess.install(doors);
    SelectorDescriptors.install(doors);
    ExitHook.runAfterShutdownHooks(doors);
  }

  private static void watchNativeTransports(StackConfig config, Instrumentation instrumentation) {
    boolean hide = config.hideNativeTransports();
    if (hide || config.strict()) {
      instrumentation.addTransformer(
          new NativeTransports(hide, config.strict(), new StandardError(config.banner())));
    }
  }

  private record StandardError(boolean wanted) implements Consumer<String> {
    @Override
    public void accept(String line) {
      if (wanted) {
        say(line);
      }
    }
  }

  /** A provider that exists says at exit what was carried; without one nobody would. */
  private static void reportAtExit(StackConfig config) {
    if (config.statsAtExit() || config.strict()) {
      ExitHook.register(
          () -> {
            if (!SidestepSelectorProvider.isInUse()) {
              System.err.print(ExitReport.of(config, null, null));
            }
          });
    }
  }

  /**
   * Ends the JVM with one line. An exception from premain would add two stack traces, and {@code
   * System.exit} asks the logging set-up before it exits.
   */
  private static void refuse(String line) {
    say(line);
    System.err.flush();
    Runtime.getRuntime().halt(1);
  }

  private static void say(String line) {
    System.err.println("sidestep: " + line);
  }
}
