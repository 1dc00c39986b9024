package dev.sidestep.provider.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Runs what must happen when the JVM exits, as late as possible: an application's own shutdown
 * hooks may still write to their connections. With the agent the actions run after all of those;
 * without it they are a shutdown hook among others, which the JVM runs at the same time. Any
 * thread.
 */
public final class ExitHook {

  /** Has something run at exit, after the application's shutdown hooks. */
  public interface AfterShutdownHooks {

    /** Returns whether {@code hook} will run. */
    boolean schedule(Runnable hook);
  }

  private static final ExitActions ACTIONS = new ExitActions();
  private static @Nullable AfterShutdownHooks afterShutdownHooks;
  private static boolean scheduled;

  private ExitHook() {}

  /**
   * Runs {@code action} when the JVM exits, in order of registration. An action must be bounded in
   * time; what it throws is printed, and the next one runs. Registered while the JVM is already
   * exiting, it may not run.
   */
  public static synchronized void register(Runnable action) {
    ACTIONS.add(action);
    if (!scheduled) {
      scheduled = true;
      schedule();
    }
  }

  private static void schedule() {
    AfterShutdownHooks late = afterShutdownHooks;
    if (late == null || !late.schedule(ExitHook::run)) {
      addShutdownHook();
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

  /** Uses {@code late} when there is something to do at exit, and not before. */
  public static synchronized void runAfterShutdownHooks(AfterShutdownHooks late) {
    afterShutdownHooks = late;
  }

  /** Runs the registered actions, once each. */
  private static void run() {
    ACTIONS.run();
  }
}
