package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.socket.ListenSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for a connection on the stack and, for a wildcard listener, on the kernel:
 * polling, it looks at the kernel now and then; asleep, it sleeps in a JDK selector.
 *
 * <p>Threads: the accepting one, under the accept lock; waking any.
 */
final class AcceptWaiter extends Waiter {

  /** Looks at the kernel once per so many questions. */
  private static final int KERNEL_LOOK_MASK = 63;

  private final ListenSocket listener;
  private final @Nullable ServerSocketChannel kernel;
  private final BooleanSupplier isClosing;

  private volatile @Nullable Selector selector;
  private @Nullable SocketChannel accepted;
  private int questions;

  /**
   * A waiter on both.
   *
   * @param kernel non-blocking, or null if only the stack listens
   */
  AcceptWaiter(
      ListenSocket listener, @Nullable ServerSocketChannel kernel, BooleanSupplier isClosing) {
    this.listener = listener;
    this.kernel = kernel;
    this.isClosing = isClosing;
  }

  /** Takes a connection from the kernel, or null if there is none. */
  @Nullable SocketChannel acceptFromKernel() throws IOException {
    SocketChannel taken = accepted;
    accepted = null;
    return taken != null || kernel == null ? taken : kernel.accept();
  }

  @Override
  public boolean isReady() {
    if (listener.readyOps() != 0 || isClosing.getAsBoolean()) {
      return true;
    }
    if (kernel != null && accepted == null && (++questions & KERNEL_LOOK_MASK) == 0) {
      lookAtKernel(kernel);
    }
    return accepted != null;
  }

  private void lookAtKernel(ServerSocketChannel from) {
    try {
      accepted = from.accept();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void sleep(long nanos) {
    if (kernel == null) {
      super.sleep(nanos);
      return;
    }
    try {
      Selector opened = selector;
      if (opened == null) {
        // Whoever woke us while it was being opened had nothing to wake: let the caller look again.
        selector = openOn(kernel);
        return;
      }
      opened.select(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
      opened.selectedKeys().clear();
      lookAtKernel(kernel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Selector openOn(ServerSocketChannel channel) throws IOException {
    Selector opened = channel.provider().openSelector();
    channel.register(opened, SelectionKey.OP_ACCEPT);
    return opened;
  }

  @Override
  protected void interruptSleep(Thread sleeper) {
    super.interruptSleep(sleeper);
    Selector opened = selector;
    if (opened != null) {
      opened.wakeup();
    }
  }

  /** Lets go of the kernel's channel; nobody waits any more. */
  void close() throws IOException {
    Selector opened = selector;
    if (opened != null) {
      opened.close();
    }
    if (accepted != null) {
      accepted.close();
    }
  }
}
