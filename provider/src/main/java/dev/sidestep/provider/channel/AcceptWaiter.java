package dev.sidestep.provider.channel;

import dev.sidestep.provider.selector.SelectorParker;
import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.socket.ListenSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for a connection on the stack and, for a wildcard listener, on the kernel:
 * polling, it looks at the kernel now and then; asleep, it sleeps in a JDK selector.
 *
 * <p>Threads: the accepting one, under the accept lock; waking any.
 */
final class AcceptWaiter extends Waiter {

  /** How long a thread that polls the stack may neglect the kernel's clients. */
  private static final long NEGLECT_NANOS = 20_000;

  private final @Nullable ServerSocketChannel kernel;
  private final BooleanSupplier isClosing;

  /** The listener on the stack, once there is one. */
  private volatile @Nullable ListenSocket listener;

  /** Whether the accepting thread waits for the stack too: until then its start is news to it. */
  private boolean waitsOnStack;

  private @Nullable SelectorParker parker;
  private @Nullable SocketChannel accepted;
  private long lastLookNanos;

  /**
   * A waiter on both.
   *
   * @param kernel non-blocking, or null if only the stack listens
   */
  AcceptWaiter(@Nullable ServerSocketChannel kernel, BooleanSupplier isClosing) {
    this.kernel = kernel;
    this.isClosing = isClosing;
  }

  /** From now on the stack listens too. Ends a sleep that did not know. Any thread, once. */
  void join(ListenSocket onStack) {
    listener = onStack;
    wake();
  }

  /** The accepting thread goes on to wait on the stack. */
  void waitOnStack() {
    waitsOnStack = true;
  }

  /** Takes a connection from the kernel, or null if there is none. */
  @Nullable SocketChannel acceptFromKernel() throws IOException {
    SocketChannel taken = accepted;
    accepted = null;
    return taken != null || kernel == null ? taken : kernel.accept();
  }

  /** Whether the kernel's clients are waited for too. */
  boolean watchesKernel() {
    return kernel != null;
  }

  @Override
  public boolean isReady() {
    return isReadyOnStack() || accepted != null || isClosing.getAsBoolean();
  }

  private boolean isReadyOnStack() {
    ListenSocket onStack = listener;
    return onStack != null && (!waitsOnStack || onStack.readyOps() != 0);
  }

  @Override
  public void look(long nowNanos) {
    if (kernel != null && accepted == null && nowNanos - lastLookNanos >= NEGLECT_NANOS) {
      lastLookNanos = nowNanos;
      lookAtKernel(kernel);
    }
  }

  private void lookAtKernel(ServerSocketChannel from) {
    try {
      accepted = from.accept();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Parker parker() {
    if (kernel == null) {
      return Parker.THREAD;
    }
    SelectorParker opened = parker;
    return opened != null ? opened : openOn(kernel);
  }

  private SelectorParker openOn(ServerSocketChannel channel) {
    try {
      SelectorParker opened =
          new SelectorParker(channel.provider().openSelector(), key -> lookAtKernel(channel));
      parker = opened;
      channel.register(opened.selector(), SelectionKey.OP_ACCEPT);
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets go of the kernel's channel; nobody waits any more. */
  void close() throws IOException {
    SelectorParker opened = parker;
    if (opened != null) {
      opened.close();
    }
    if (accepted != null) {
      accepted.close();
    }
  }
}
