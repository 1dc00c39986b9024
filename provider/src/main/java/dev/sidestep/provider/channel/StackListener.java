package dev.sidestep.provider.channel;

import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.Readiness;
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
 * The stack's half of a {@link SidestepServerSocketChannel}, which accepts for both halves. The
 * listener is released when it is closed, no thread waits in it and no selector knows it any more;
 * the last of these does it.
 *
 * <p>Threads: any; one at a time accepts, under the channel's accept lock.
 */
final class StackListener {

  private final SidestepServerSocketChannel channel;
  private final StackEngine engine;
  private final ListenSocket socket;
  private final AcceptWaiter waiter;

  private volatile boolean closing;

  /** Whether a thread is inside a blocking accept. */
  private boolean accepting;

  private boolean released;

  private StackListener(
      SidestepServerSocketChannel channel,
      StackEngine engine,
      ListenSocket socket,
      @Nullable ServerSocketChannel kernel) {
    this.channel = channel;
    this.engine = engine;
    this.socket = socket;
    this.waiter = new AcceptWaiter(socket, kernel, () -> closing);
    socket.readiness().setInputWaiter(waiter);
  }

  /**
   * Listens on the stack.
   *
   * @param kernel the kernel's half, non-blocking, or null if there is none
   */
  static StackListener open(
      SidestepServerSocketChannel channel,
      StackEngine engine,
      IpAddress address,
      int port,
      int backlog,
      OptionStore options,
      @Nullable ServerSocketChannel kernel)
      throws BindException {
    ListenSocket socket = engine.openListener(backlog);
    socket.options().reuseAddress = true;
    options.applyTo(socket.options());
    try {
      engine.bind(socket, address.isWildcard() ? IpAddress.ANY_V4 : address, port);
      engine.listen(socket);
    } catch (BindException e) {
      socket.close();
      throw e;
    }
    return new StackListener(channel, engine, socket, kernel);
  }

  StackEngine engine() {
    return engine;
  }

  ListenSocket socket() {
    return socket;
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
      if (accepted == null && !mayBlock) {
        engine.pollOnce();
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
    BlockingWait.await(channel, engine, waiter, deadlineNanos);
    if (waiter.watchesKernel()) {
      // The JDK's selector, in which it may have slept, has taken away whom an interrupt is told.
      channel.beginBlocking();
    }
    return channel.isOpen() ? tryAccept() : null;
  }

  private @Nullable SocketChannel tryAccept() throws IOException {
    StreamSocket accepted = socket.accept();
    return accepted != null
        ? channel.accepted(engine, accepted)
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
    socket.readiness().signal(Readiness.ACCEPT);
  }

  /** Releases the listener if it is closed and nobody uses it any more. */
  synchronized void releaseIfUnused() {
    if (!closing || accepting || released || channel.isRegistered()) {
      return;
    }
    released = true;
    socket.close();
    try {
      waiter.close();
    } catch (IOException e) {
      // Only the JDK's selector could not be closed; nothing waits in it.
      return;
    }
  }
}
