package dev.sidestep.stack.testing;

/** Counts the calls out of the stack, and throws at one of them. */
public final class FailurePoint {

  private long passesLeft = Long.MAX_VALUE;
  private Error failure = new AssertionError();
  private boolean failed;

  /** From now on throws {@code error} once, when {@code passes} calls have passed. */
  public void failAfter(long passes, Error error) {
    passesLeft = passes;
    failure = error;
    failed = false;
  }

  /** Whether the call came and failed. */
  public boolean hasFailed() {
    return failed;
  }

  /** Called wherever the stack calls what a test has put in. */
  public void pass() {
    if (passesLeft-- == 0) {
      failed = true;
      throw failure;
    }
  }
}
