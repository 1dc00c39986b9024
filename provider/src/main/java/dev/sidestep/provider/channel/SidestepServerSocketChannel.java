package dev.sidestep.provider.channel;

import dev.sidestep.provider.adaptor.ServerSocketAdaptor;
import dev.sidestep.provider.adaptor.TimedServerSocket;
import dev.sidestep.provider.channel.SocketRouter.Routed;
import dev.sidestep.provider.kernel.RoutePolicy.Route;
import dev.sidestep.provider.selector.ChannelKeys;
import dev.sidestep.provider.selector.SidestepChannel;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server channel that listens on the stack, on the kernel or, bound to the wildcard address, on
 * both under one port: so no client that could reach the program before is turned away.
 */
public final class SidestepServerSocketChannel extends ServerSocketChannel
    implements SidestepChannel {

  /** Tries to find a port that is free on both sides. */
  private static final int PORT_ATTEMPTS = 16;

  private static final int UNTIMED = 0;

  private final SocketRouter router;
  private final @Nullable ProtocolFamily family;
  private final ChannelKeys keys = new ChannelKeys();

  /** Held by the accepting thread. */
  private final ReentrantLock acceptLock = new ReentrantLock();

  /** Guards the state; nothing blocks while holding it. */
  private final ReentrantLock stateLock = new ReentrantLock();

  private final OptionStore options;

  private volatile @Nullable ServerSocketChannel kernel;
  private volatile @Nullable Listening listening;
  private volatile @Nullable SocketAddress localAddress;
  private volatile boolean closing;
  private boolean blocking = true;
  private boolean accepting;
  private boolean released;
  private @Nullable ServerSocket adaptor;

  /** The stack's half of a bound channel. */
  private record Listening(StackEngine engine, ListenSocket socket, AcceptWaiter waiter) {}

  private SidestepServerSocketChannel(
      SelectorProvider provider, SocketRouter router, @Nullable ProtocolFamily family)
      throws IOException {
    super(provider);
    this.router = router;
    this.family = family;
    this.options = new OptionStore(router.serverDefaults());
  }

  /**
   * A new channel, not bound yet.
   *
   * @param family INET or INET6, or null for the default
   */
  public static SidestepServerSocketChannel open(
      SelectorProvider provider, SocketRouter router, @Nullable ProtocolFamily family)
      throws IOException {
    if (!router.mayUseStack()) {
      router.checkConfigured();
      return onKernel(provider, router, family, router.openKernelServer(family));
    }
    return new SidestepServerSocketChannel(provider, router, family);
  }

  /** A channel around one of the kernel's: inherited or of the UNIX family. */
  public static SidestepServerSocketChannel onKernel(
      SelectorProvider provider,
      SocketRouter router,
      @Nullable ProtocolFamily family,
      ServerSocketChannel inner)
      throws IOException {
    SidestepServerSocketChannel channel = new SidestepServerSocketChannel(provider, router, family);
    channel.kernel = inner;
    channel.localAddress = inner.getLocalAddress();
    channel.keys.attach(null, null, inner);
    return channel;
  }

  private boolean isUnix() {
    return family == StandardProtocolFamily.UNIX;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void ensureUnbound() throws ClosedChannelException {
    ensureOpen();
    if (localAddress != null) {
      throw new AlreadyBoundException();
    }
  }

  // ---- Binding

  @Override
  public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
    ensureUnbound();
    ServerSocketChannel only = kernel;
    if (only != null) {
      localAddress = only.bind(local, backlog).getLocalAddress();
      return this;
    }
    boolean ipv4Only = SocketRouter.isIpv4Only(family);
    InetSocketAddress address =
        local == null
            ? new InetSocketAddress(Addresses.wildcard(ipv4Only), 0)
            : Addresses.check(local, ipv4Only);
    Routed routed = router.atLocal(address.getAddress());
    stateLock.lock();
    try {
      ensureUnbound();
      bindTo(address, backlog, routed);
    } finally {
      stateLock.unlock();
    }
    return this;
  }

  private void bindTo(InetSocketAddress address, int backlog, Routed routed) throws IOException {
    StackEngine engine = routed.engine();
    if (engine == null) {
      attach(bindKernel(address, backlog), null);
    } else if (routed.route() == Route.STACK || router.jdkOrNull() == null) {
      attach(null, listen(engine, address, address.getPort(), backlog, null));
    } else {
      bindBoth(engine, address, backlog);
    }
  }

  private void bindBoth(StackEngine engine, InetSocketAddress address, int backlog)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      ServerSocketChannel inner = bindKernel(address, backlog);
      try {
        inner.configureBlocking(false);
        InetSocketAddress bound =
            (InetSocketAddress) Objects.requireNonNull(inner.getLocalAddress());
        attach(inner, listen(engine, address, bound.getPort(), backlog, inner));
        return;
      } catch (BindException e) {
        inner.close();
        if (address.getPort() != 0 || attempt == PORT_ATTEMPTS) {
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        inner.close();
        throw e;
      }
    }
  }

  private ServerSocketChannel bindKernel(InetSocketAddress address, int backlog)
      throws IOException {
    ServerSocketChannel inner = router.openKernelServer(family);
    try {
      for (Map.Entry<SocketOption<?>, Object> set : options.values().entrySet()) {
        setOption(inner, set.getKey(), set.getValue());
      }
      inner.configureBlocking(blocking);
      return inner.bind(address, backlog);
    } catch (IOException | RuntimeException e) {
      inner.close();
      throw e;
    }
  }

  @SuppressWarnings("unchecked") // the value was checked against the option's type
  private static void setOption(ServerSocketChannel inner, SocketOption<?> option, Object value)
      throws IOException {
    inner.setOption((SocketOption<Object>) option, value);
  }

  private Listening listen(
      StackEngine engine,
      InetSocketAddress address,
      int port,
      int backlog,
      @Nullable ServerSocketChannel inner)
      throws IOException {
    ListenSocket socket = engine.openListener(backlog);
    socket.options().reuseAddress = true;
    options.applyTo(socket.options());
    IpAddress local = IpAddress.of(address.getAddress());
    try {
      engine.bind(socket, local.isWildcard() ? IpAddress.ANY_V4 : local, port);
      engine.listen(socket);
    } catch (BindException e) {
      socket.close();
      throw e;
    }
    AcceptWaiter waiter = new AcceptWaiter(socket, inner, () -> closing);
    socket.readiness().setInputWaiter(waiter);
    return new Listening(engine, socket, waiter);
  }

  private void attach(@Nullable ServerSocketChannel inner, @Nullable Listening stack)
      throws IOException {
    kernel = inner;
    listening = stack;
    if (inner != null) {
      localAddress = inner.getLocalAddress();
    } else if (stack != null) {
      localAddress = stackAddress(stack.socket());
    }
    keys.attach(
        stack == null ? null : stack.engine(), stack == null ? null : stack.socket(), inner);
  }

  private SocketAddress stackAddress(ListenSocket socket) {
    IpAddress address = socket.localAddress();
    return address.isWildcard()
        ? new InetSocketAddress(
            Addresses.wildcard(SocketRouter.isIpv4Only(family)), socket.localPort())
        : Addresses.of(address, socket.localPort());
  }

  // ---- Accepting

  @Override
  public @Nullable SocketChannel accept() throws IOException {
    acceptLock.lock();
    try {
      ensureOpen();
      return lockedAccept(isBlocking(), UNTIMED);
    } finally {
      acceptLock.unlock();
    }
  }

  /** For {@code ServerSocket}'s timeout. */
  private SocketChannel accept(int timeoutMillis) throws IOException {
    acceptLock.lock();
    try {
      if (!isBlocking()) {
        throw new IllegalBlockingModeException();
      }
      return Objects.requireNonNull(lockedAccept(true, timeoutMillis));
    } finally {
      acceptLock.unlock();
    }
  }

  private @Nullable SocketChannel lockedAccept(boolean mayBlock, int timeoutMillis)
      throws IOException {
    Listening stack = listening;
    ServerSocketChannel only = kernel;
    if (stack != null) {
      return acceptOnStack(stack, mayBlock, timeoutMillis);
    }
    ensureOpen();
    if (only == null) {
      throw new NotYetBoundException();
    }
    return acceptOnKernel(only, timeoutMillis);
  }

  private @Nullable SocketChannel acceptOnKernel(ServerSocketChannel inner, int timeoutMillis)
      throws IOException {
    try {
      if (timeoutMillis == UNTIMED) {
        return wrapped(inner.accept());
      }
      inner.socket().setSoTimeout(timeoutMillis);
      return wrapped(inner.socket().accept().getChannel());
    } finally {
      if (!inner.isOpen()) {
        close();
      }
    }
  }

  private @Nullable SocketChannel acceptOnStack(
      Listening stack, boolean mayBlock, int timeoutMillis) throws IOException {
    SocketChannel accepted = null;
    try {
      beginAccept(mayBlock);
      accepted = tryAccept(stack);
      if (accepted == null && !mayBlock) {
        stack.engine().pollOnce();
        accepted = tryAccept(stack);
      }
      long deadlineNanos =
          timeoutMillis == UNTIMED
              ? Long.MAX_VALUE
              : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
      while (accepted == null && mayBlock && isOpen()) {
        accepted = awaitAndTryAccept(stack, deadlineNanos);
      }
      return accepted;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      endAccept(mayBlock, accepted != null);
    }
  }

  private @Nullable SocketChannel awaitAndTryAccept(Listening stack, long deadlineNanos)
      throws IOException {
    if (deadlineNanos != Long.MAX_VALUE && System.nanoTime() - deadlineNanos >= 0) {
      throw new SocketTimeoutException("Accept timed out");
    }
    boolean ready = stack.engine().await(stack.waiter(), deadlineNanos);
    if (!ready && Thread.currentThread().isInterrupted()) {
      // The interrupting thread is about to close the channel.
      Thread.onSpinWait();
    }
    return isOpen() ? tryAccept(stack) : null;
  }

  private @Nullable SocketChannel tryAccept(Listening stack) throws IOException {
    StreamSocket accepted = stack.socket().accept();
    if (accepted != null) {
      return SidestepSocketChannel.onStack(
          provider(), router, family, stack.engine(), accepted, stack.socket().options());
    }
    return wrapped(stack.waiter().acceptFromKernel());
  }

  private @Nullable SocketChannel wrapped(@Nullable SocketChannel inner) throws IOException {
    return inner == null ? null : SidestepSocketChannel.onKernel(provider(), router, family, inner);
  }

  private void beginAccept(boolean mayBlock) throws ClosedChannelException {
    if (mayBlock) {
      begin();
    }
    stateLock.lock();
    try {
      ensureOpen();
      accepting = mayBlock;
    } finally {
      stateLock.unlock();
    }
  }

  private void endAccept(boolean mayBlock, boolean completed) throws AsynchronousCloseException {
    if (mayBlock) {
      stateLock.lock();
      try {
        accepting = false;
        tryRelease();
      } finally {
        stateLock.unlock();
      }
      end(completed);
    }
  }

  // ---- Mode and closing

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    acceptLock.lock();
    stateLock.lock();
    try {
      ServerSocketChannel inner = kernel;
      if (block) {
        keys.leaveKernelSelectors();
      }
      // Next to a listener on the stack, the kernel's always is non-blocking.
      if (inner != null && listening == null) {
        inner.configureBlocking(block);
      }
      blocking = block;
    } finally {
      stateLock.unlock();
      acceptLock.unlock();
    }
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    closing = true;
    ServerSocketChannel inner;
    Listening stack;
    stateLock.lock();
    try {
      inner = kernel;
      stack = listening;
    } finally {
      stateLock.unlock();
    }
    if (inner != null) {
      inner.close();
    }
    if (stack != null) {
      stack.socket().readiness().signal(Readiness.ACCEPT);
      kill();
    }
  }

  @Override
  public void kill() {
    if (!isBlocking()) {
      waitForAccept();
    }
    stateLock.lock();
    try {
      tryRelease();
    } finally {
      stateLock.unlock();
    }
  }

  /** Accepting on a non-blocking channel is short. */
  private void waitForAccept() {
    acceptLock.lock();
    try {
      // Whoever held it has left.
    } finally {
      acceptLock.unlock();
    }
  }

  /** State lock: releases the listener if it is closed and nobody uses it any more. */
  private void tryRelease() {
    Listening stack = listening;
    if (stack == null || !closing || accepting || released || isRegistered()) {
      return;
    }
    released = true;
    stack.socket().close();
    try {
      stack.waiter().close();
    } catch (IOException e) {
      // Only the JDK's selector could not be closed; nothing waits in it.
      return;
    }
  }

  // ---- State and options

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return localAddress;
  }

  private void ensureSupported(SocketOption<?> name) {
    Objects.requireNonNull(name);
    if (!supportedOptions().contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    ServerSocketChannel inner = kernel;
    return inner != null ? inner.supportedOptions() : options.defaults().supported();
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    ensureSupported(name);
    if (!name.type().isInstance(value)) {
      throw new IllegalArgumentException("Invalid value '" + value + "'");
    }
    stateLock.lock();
    try {
      ensureOpen();
      options.set(name, value);
      ServerSocketChannel inner = kernel;
      if (inner != null) {
        inner.setOption(name, value);
      }
      Listening stack = listening;
      if (stack != null) {
        options.applyTo(stack.socket().options());
      }
    } finally {
      stateLock.unlock();
    }
    return this;
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // every supported option has a value of its type
  public <T> T getOption(SocketOption<T> name) throws IOException {
    ensureSupported(name);
    stateLock.lock();
    try {
      ensureOpen();
      ServerSocketChannel inner = kernel;
      return inner != null ? inner.getOption(name) : (T) options.get(name);
    } finally {
      stateLock.unlock();
    }
  }

  @Override
  public synchronized ServerSocket socket() {
    if (isUnix()) {
      throw new UnsupportedOperationException("Not supported");
    }
    if (adaptor == null) {
      adaptor = new ServerSocketAdaptor(this, new TimedView());
    }
    return adaptor;
  }

  /** The side that only {@link #socket()} may see. */
  private final class TimedView implements TimedServerSocket {

    @Override
    public SocketChannel accept(int timeoutMillis) throws IOException {
      return SidestepServerSocketChannel.this.accept(timeoutMillis);
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
      return (InetSocketAddress) localAddress;
    }
  }

  @Override
  public ChannelKeys selectionKeys() {
    return keys;
  }

  @Override
  public int stackReadyOps() {
    Listening stack = listening;
    return stack != null && stack.socket().readyOps() != 0 ? SelectionKey.OP_ACCEPT : 0;
  }

  @Override
  public String toString() {
    String state = !isOpen() ? "closed" : localAddress == null ? "unbound" : "" + localAddress;
    return getClass().getName() + "[" + state + "]";
  }
}
