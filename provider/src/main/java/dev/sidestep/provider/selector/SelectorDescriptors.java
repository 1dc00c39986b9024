package dev.sidestep.provider.selector;

import dev.sidestep.stack.concurrent.Parker;
import java.nio.channels.Selector;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The file descriptors behind the JDK's selectors (epoll(7)), which can be read when a channel is
 * ready, so that a thread can wait for the kernel's channels and for devices in one place. The JDK
 * does not show them: the agent knows the way, without it there is none. Any thread.
 */
public final class SelectorDescriptors {

  private static volatile @Nullable ToIntFunction<Selector> installed;

  private SelectorDescriptors() {}

  /**
   * Hands over the way to them. Called by the agent before any NIO is used.
   *
   * @param way returns a negative number for a selector that has none; any thread
   */
  public static void install(ToIntFunction<Selector> way) {
    installed = way;
  }

  /** The descriptor of a selector, or {@link Parker#ONLY_HERE}. */
  static int of(Selector selector) {
    ToIntFunction<Selector> way = installed;
    int descriptor = way == null ? -1 : way.applyAsInt(selector);
    return descriptor < 0 ? Parker.ONLY_HERE : descriptor;
  }
}
