package dev.sidestep.provider.channel;

import dev.sidestep.stack.engine.StackEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that serve the kernel's clients until the stack runs. They join it before anybody else
 * can open a socket on it, so that nobody takes their ports, which they have on the kernel already.
 *
 * <p>Threads: any.
 */
final class LateJoiners {

  /** A socket that can do without the stack for a while. */
  interface Joiner {

    /** The stack runs. Called once at most, by the thread that has started it or by another. */
    void join(StackEngine engine) throws IOException;
  }

  /** In the order in which they came; guarded by itself. */
  private final Set<Joiner> waiting = new LinkedHashSet<>();

  /**
   * Adds a joiner, unless the stack runs.
   *
   * @return the stack, if it runs: then the joiner may join at once
   */
  @Nullable StackEngine add(Joiner joiner, Supplier<@Nullable StackEngine> running) {
    synchronized (waiting) {
      StackEngine engine = running.get();
      if (engine == null) {
        waiting.add(joiner);
      }
      return engine;
    }
  }

  /** The joiner has gone. */
  void remove(Joiner joiner) {
    synchronized (waiting) {
      waiting.remove(joiner);
    }
  }

  /**
   * Has all join.
   *
   * @param publish makes the stack known to everybody; nobody joins too late for it
   */
  void join(StackEngine engine, Runnable publish) {
    synchronized (waiting) {
      List<Joiner> all = new ArrayList<>(waiting);
      waiting.clear();
      for (Joiner joiner : all) {
        join(joiner, engine);
      }
      publish.run();
    }
  }

  /** Has one join. If it cannot, it goes on without, and the log says why. */
  static void join(Joiner joiner, StackEngine engine) {
    try {
      joiner.join(engine);
    } catch (IOException | RuntimeException e) {
      Banner.warn(
          "a server serves the kernel's clients only, as it cannot listen on the stack: " + e);
    }
  }
}
