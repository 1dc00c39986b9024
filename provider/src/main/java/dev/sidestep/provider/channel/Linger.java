package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.StreamSocket;
import java.util.concurrent.TimeUnit;

/**
 * What SO_LINGER with a time means for a close: it returns when the peer has acknowledged what was
 * written, or when the time is over; the connection then goes on without its socket. As on Linux
 * (sk_stream_wait_close) the blocking mode makes no difference, and as with the JDK's channels no
 * interrupt ends it.
 */
final class Linger {

  private Linger() {}

  /** Waits after {@code socket} was closed, if it wants that. Nobody writes to it any more. */
  static void await(StackEngine engine, StreamSocket socket) {
    int seconds = socket.options().lingerSeconds;
    if (seconds <= 0 || socket.hasEnded()) {
      return;
    }
    Waiter waiter =
        new Waiter() {
          @Override
          public boolean isReady() {
            return socket.hasEnded();
          }
        };
    socket.readiness().setOutputWaiter(waiter);
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    boolean interrupted = Thread.interrupted();
    while (!engine.await(waiter, deadlineNanos)
        && !BlockingWait.isPast(deadlineNanos)
        && !engine.isClosed()) {
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
