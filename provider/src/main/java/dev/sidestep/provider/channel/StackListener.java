package dev.sidestep.provider.channel;

import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The stack's half of a {@link SidestepServerSocketChannel}, which accepts for both halves. A
 * channel that the kernel serves too can have this half before the stack runs, and {@link #join} it
 * later. The listener is released when it is closed, no thread waits in it and no selector knows it
 * any more; the last of these does it.
 *
 * <p>Threads: any; one at a time accepts, under the channel's accept lock.
 */
final class StackListener {

  private final SidestepServerSocketChannel channel;
  private final int backlog;
  private final AcceptWaiter waiter;

  /** What listens on the stack; set once. */
  private volatile @Nullable Listening listening;

  private volatile boolean closing;

  /** Whether a thread is inside a blocking accept. */
  private boolean accepting;

  private boolean released;

  /** A socket that listens, and the stack that it is on. */
  record Listening(StackEngine engine, ListenSocket socket) {}

  /**
   * A listener that does not listen on the stack yet.
   *
   * @param kernel the kernel's half, non-blocking, or null if there is none
   */
  StackListener(
      SidestepServerSocketChannel channel, int backlog, @Nullable ServerSocketChannel kernel) {
    this.channel = channel;
    this.backlog = backlog;
    this.waiter = new AcceptWaiter(kernel, () -> closing);
  }

  /**
   * Listens on the stack. A thread that waits in accept already does so there too from now on. Not
   * after {@link #close}.
   *
   * @param options what has been set on the channel so far
   */
  Listening join(StackEngine engine, IpAddress address, int port, OptionStore options)
      throws BindException {
    ListenSocket socket = engine.openListener(backlog);
    socket.options().reuseAddress = true;
    options.applyTo(socket.options());
    // Before the first connection can come.
    socket.readiness().setInputWaiter(waiter);
    try {
      engine.bind(socket, address.isWildcard() ? IpAddress.ANY_V4 : address, port);
      engine.listen(socket);
    } catch (BindException e) {
      socket.close();
      throw e;
    }
    Listening joined = new Listening(engine, socket);
    listening = joined;
    waiter.join(socket);
    return joined;
  }

  /** What listens on the stack, or null if it does not run yet. */
  @Nullable Listening listening() {
    return listening;
  }

  // ---- Accepting

  /**
   * Accepts, under the accept lock.
   *
   * @param timeoutMillis 0 for none
   * @return null if there is no connection and {@code mayBlock} is false
   */
  @Nullable SocketChannel accept(boolean mayBlock, int timeoutMillis) throws IOException {
    SocketChannel accepted = null;
    try {
      begin(mayBlock);
      accepted = tryAccept();
      Listening onStack = listening;
      if (accepted == null && !mayBlock && onStack != null) {
        onStack.engine().pollOnce();
        accepted = tryAccept();
      }
      long deadlineNanos = BlockingWait.deadlineNanos(timeoutMillis);
      while (accepted == null && mayBlock && channel.isOpen()) {
        accepted = awaitAndTryAccept(deadlineNanos);
      }
      return accepted;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      end(mayBlock, accepted != null);
    }
  }

  private @Nullable SocketChannel awaitAndTryAccept(long deadlineNanos) throws IOException {
    if (BlockingWait.isPast(deadlineNanos)) {
      throw new SocketTimeoutException("Accept timed out");
    }
    await(deadlineNanos);
    if (waiter.watchesKernel()) {
      // The JDK's selector, in which it may have slept, has taken away whom an interrupt is told.
      channel.beginBlocking();
    }
    return channel.isOpen() ? tryAccept() : null;
  }

  private void await(long deadlineNanos) throws IOException {
    Listening onStack = listening;
    if (onStack == null) {
      waiter.park(BlockingWait.leftNanos(deadlineNanos));
    } else {
      waiter.waitOnStack();
      BlockingWait.await(channel, onStack.engine(), waiter, deadlineNanos);
    }
  }

  private @Nullable SocketChannel tryAccept() throws IOException {
    Listening onStack = listening;
    StreamSocket accepted = onStack == null ? null : onStack.socket().accept();
    return onStack != null && accepted != null
        ? channel.accepted(onStack.engine(), accepted)
        : channel.accepted(waiter.acceptFromKernel());
  }

  private void begin(boolean mayBlock) throws ClosedChannelException {
    if (mayBlock) {
      channel.beginBlocking();
    }
    synchronized (this) {
      channel.ensureOpen();
      accepting = mayBlock;
    }
  }

  private void end(boolean mayBlock, boolean completed) throws AsynchronousCloseException {
    if (mayBlock) {
      synchronized (this) {
        accepting = false;
        releaseIfUnused();
      }
      channel.endBlocking(completed);
    }
  }

  // ---- Closing

  /** A thread blocked in accept leaves. */
  void close() {
    closing = true;
    waiter.wake();
  }

  /** Releases the listener if it is closed and nobody uses it any more. */
  synchronized void releaseIfUnused() {
    if (!closing || accepting || released || channel.isRegistered()) {
      return;
    }
    released = true;
    Listening onStack = listening;
    if (onStack != null) {
      onStack.socket().close();
    }
    try {
      waiter.close();
    } catch (IOException e) {
      // Only the JDK's selector could not be closed; nothing waits in it.
      return;
    }
  }
}
