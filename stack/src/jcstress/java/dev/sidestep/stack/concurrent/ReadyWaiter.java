package dev.sidestep.stack.concurrent;

/** What it waits for has happened. */
final class ReadyWaiter extends Waiter {

  @Override
  public boolean isReady() {
    return true;
  }
}
