package dev.sidestep.provider.kernel;

import java.lang.reflect.InvocationTargetException;
import java.nio.channels.spi.SelectorProvider;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to the JDK's own provider, which no public API returns once another one is chosen. The
 * agent hands it over; without the agent it takes a flag on the command line. Any thread.
 */
public final class KernelAccess {

  /** What opens the way without the agent. */
  static final String EXPORT_FLAG = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";

  private static volatile @Nullable Supplier<SelectorProvider> installed;

  private KernelAccess() {}

  /** The JDK's own provider, or {@code null} if there is no way to it: see {@link #whyNot}. */
  public static @Nullable SelectorProvider jdkProvider() {
    Supplier<SelectorProvider> way = installed;
    return way != null ? way.get() : ByFlag.PROVIDER;
  }

  /** One line for the user about what is missing where {@link #jdkProvider} is {@code null}. */
  public static String whyNot() {
    return "the JDK's own channels cannot be reached: add "
        + EXPORT_FLAG
        + " or use -javaagent:sidestep-agent.jar";
  }

  /**
   * Hands over the way to the JDK's provider. Called by the agent before any NIO is used.
   *
   * @param way asked whenever the provider is needed, and not before; any thread
   */
  public static void install(Supplier<SelectorProvider> way) {
    installed = way;
  }

  /** Looked up once, when it is first needed. */
  private static final class ByFlag {
    static final @Nullable SelectorProvider PROVIDER = lookUp();

    private static @Nullable SelectorProvider lookUp() {
      try {
        Class<?> holder = Class.forName("sun.nio.ch.DefaultSelectorProvider");
        return (SelectorProvider) holder.getMethod("get").invoke(null);
      } catch (ClassNotFoundException
          | NoSuchMethodException
          | IllegalAccessException
          | InvocationTargetException e) {
        return null;
      }
    }
  }
}
