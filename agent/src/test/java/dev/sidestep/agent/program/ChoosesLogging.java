package dev.sidestep.agent.program;

import java.util.logging.LogManager;

/** Chooses its log manager in main, as application servers do. */
public final class ChoosesLogging {
  private ChoosesLogging() {}

  /** The program's own. */
  public static final class OwnLogManager extends LogManager {}

  public static void main(String[] arguments) {
    System.setProperty("java.util.logging.manager", OwnLogManager.class.getName());
    System.out.println(LogManager.getLogManager().getClass().getSimpleName());
  }
}
