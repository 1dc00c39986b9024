package dev.sidestep.agent;

import dev.sidestep.provider.kernel.ExitHook;
import dev.sidestep.stack.config.ConfigException;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The {@link JdkDoors}, opened when somebody needs what is behind them: that takes longer than all
 * else the agent does, and most JVMs that have it never use NIO. Any thread.
 */
final class LateDoors
    implements Supplier<SelectorProvider>, ToIntFunction<Selector>, ExitHook.AfterShutdownHooks {

  private final Instrumentation instrumentation;
  private @Nullable JdkDoors opened;

  LateDoors(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  /** The JDK's own provider. Whoever needs that is about to make native calls, too. */
  @Override
  public SelectorProvider get() {
    return open().defaultSelectorProvider();
  }

  @Override
  public boolean schedule(Runnable hook) {
    return open().runAfterShutdownHooks(hook);
  }

  /** The file descriptor of a selector of the JDK's, or a negative number. */
  @Override
  public int applyAsInt(Selector selector) {
    return open().descriptor(selector);
  }

  /**
   * Opens the doors if that has not happened.
   *
   * @throws ConfigException if this JDK is built otherwise
   */
  synchronized JdkDoors open() {
    JdkDoors doors = opened;
    if (doors == null) {
      try {
        doors = JdkDoors.open(instrumentation);
        doors.enableNativeAccess();
      } catch (IOException | ReflectiveOperationException | LinkageError e) {
        throw new ConfigException(
            "this Java (" + System.getProperty("java.version") + ") has changed inside: " + e);
      }
      opened = doors;
    }
    return doors;
  }
}
