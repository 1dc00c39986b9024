package dev.sidestep.provider.kernel;

/**
 * Runs what must happen when the JVM exits, as late as possible: an application's own shutdown
 * hooks may still write to their connections. With the agent the actions run after all of those;
 * without it they are a shutdown hook among others, which the JVM runs at the same time. Any
 * thread.
 */
public final class ExitHook {

  private static final ExitActions ACTIONS = new ExitActions();
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

  /** Declares that the caller will call {@link #run} after the application's shutdown hooks. */
  public static synchronized void runBySomebodyElse() {
    scheduled = true;
  }

  /** Runs the registered actions, once each. */
  public static void run() {
    ACTIONS.run();
  }
}
