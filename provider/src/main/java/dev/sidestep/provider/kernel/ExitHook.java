package dev.sidestep.provider.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs what must happen when the JVM exits, as late as possible: an application's own shutdown
 * hooks may still write to their connections. With the agent the actions run after all of those;
 * without it they are a shutdown hook among others, which the JVM runs at the same time. Any
 * thread.
 */
public final class ExitHook {

  private static final List<Runnable> actions = new ArrayList<>();
  private static boolean scheduled;

  private ExitHook() {}

  /**
   * Runs {@code action} when the JVM exits, in order of registration. An action must be bounded in
   * time; what it throws is printed, and the next one runs. Registered while the JVM is already
   * exiting, it may not run.
   */
  public static void register(Runnable action) {
    synchronized (actions) {
      actions.add(action);
      if (!scheduled) {
        scheduled = true;
        addShutdownHook();
      }
    }
  }

  private static void addShutdownHook() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(ExitHook::run, "sidestep-exit"));
    } catch (IllegalStateException e) {
      // The JVM is exiting already; there is nothing left to wait with.
      scheduled = true;
    }
  }

  /** Declares that the caller will call {@link #run} after the application's shutdown hooks. */
  public static void runBySomebodyElse() {
    synchronized (actions) {
      scheduled = true;
    }
  }

  /** Runs the registered actions, once each. */
  public static void run() {
    while (true) {
      Runnable action;
      synchronized (actions) {
        if (actions.isEmpty()) {
          return;
        }
        action = actions.remove(0);
      }
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        // The next action must run all the same, and nobody else is left to tell.
        System.err.println("sidestep: failure at exit: " + e);
      }
    }
  }
}
