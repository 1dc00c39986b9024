package dev.sidestep.stack.engine;

/** The stack cannot start; the message is one line that names the setting and the fix. */
public final class StackStartException extends Exception {

  private static final long serialVersionUID = 1L;

  /** With the line to show to the user. */
  public StackStartException(String message) {
    super(message);
  }

  /** With the line to show to the user and what lies behind it. */
  public StackStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
