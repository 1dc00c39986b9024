package dev.sidestep.provider.kernel;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Actions to run once, in order, whatever one of them throws. Any thread. */
final class ExitActions {

  private final Queue<Runnable> actions = new ArrayDeque<>();

  synchronized void add(Runnable action) {
    actions.add(action);
  }

  private synchronized @Nullable Runnable next() {
    return actions.poll();
  }

  /** Runs what was added, and what is added meanwhile. */
  void run() {
    for (Runnable action = next(); action != null; action = next()) {
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        // The next action must run all the same, and nobody else is left to tell.
        System.err.println("sidestep: failure at exit: " + e);
      }
    }
  }
}
