package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.engine.StackEngine;
import java.io.IOException;
import java.nio.channels.Channel;
import java.util.concurrent.TimeUnit;

/** What blocked threads of all kinds have in common: deadlines, and waiting on the stack. */
final class BlockingWait {

  /** The deadline of a wait without one. */
  static final long FOREVER = Long.MAX_VALUE;

  private BlockingWait() {}

  /**
   * The {@link System#nanoTime()} at which a wait ends.
   *
   * @param timeoutMillis as {@code java.net} has it: none if not positive
   */
  static long deadlineNanos(int timeoutMillis) {
    return timeoutMillis <= 0
        ? FOREVER
        : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  /** How long it is until a deadline. */
  static long leftNanos(long deadlineNanos) {
    return deadlineNanos == FOREVER ? FOREVER : deadlineNanos - System.nanoTime();
  }

  static boolean isPast(long deadlineNanos) {
    return deadlineNanos != FOREVER && System.nanoTime() - deadlineNanos >= 0;
  }

  /**
   * Waits once; the caller looks whether it has what it waits for, and repeats while the channel is
   * open. A stack that was closed closes the channel.
   */
  static void await(Channel channel, StackEngine engine, Waiter waiter, long deadlineNanos)
      throws IOException {
    leaveIfPointless(channel, engine, engine.await(waiter, deadlineNanos));
  }

  /** The same for a thread that may hold the channel's blocking lock. */
  static void await(Channel channel, StackEngine engine, StreamWaiter waiter, long deadlineNanos)
      throws IOException {
    leaveIfPointless(channel, engine, waiter.await(deadlineNanos));
  }

  private static void leaveIfPointless(Channel channel, StackEngine engine, boolean ready)
      throws IOException {
    if (ready) {
      return;
    }
    if (engine.isClosed()) {
      channel.close();
    } else if (Thread.currentThread().isInterrupted()) {
      // The interrupting thread is about to close the channel.
      Thread.onSpinWait();
    }
  }
}
