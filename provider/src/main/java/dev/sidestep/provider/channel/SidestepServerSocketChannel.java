package dev.sidestep.provider.channel;

import dev.sidestep.provider.adaptor.ServerSocketAdaptor;
import dev.sidestep.provider.adaptor.TimedServerSocket;
import dev.sidestep.provider.channel.ServerBinding.Listeners;
import dev.sidestep.provider.channel.SocketRouter.Routed;
import dev.sidestep.provider.channel.StackListener.Listening;
import dev.sidestep.provider.selector.ChannelKeys;
import dev.sidestep.provider.selector.SidestepChannel;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.StreamSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server channel that listens on the stack, on the kernel or, bound to the wildcard address, on
 * both under one port: so no client that could reach the program before is turned away.
 */
public final class SidestepServerSocketChannel extends ServerSocketChannel
    implements SidestepChannel {

  private static final int UNTIMED = 0;

  private final SocketRouter router;
  private final @Nullable ProtocolFamily family;
  private final ChannelKeys keys = new ChannelKeys();

  /** Held by the accepting thread. */
  private final ReentrantLock acceptLock = new ReentrantLock();

  /** Guards the state; nothing blocks while holding it. */
  private final ReentrantLock stateLock = new ReentrantLock();

  private final OptionStore options;
  private final ServerBinding binding;
  private final LateJoiners.Joiner joiner = new WildcardJoiner();

  private volatile @Nullable ServerSocketChannel kernel;
  private volatile @Nullable StackListener stack;
  private volatile @Nullable SocketAddress localAddress;
  private boolean blocking = true;
  private @Nullable ServerSocket adaptor;

  private SidestepServerSocketChannel(
      SelectorProvider provider, SocketRouter router, @Nullable ProtocolFamily family)
      throws IOException {
    super(provider);
    this.router = router;
    this.family = family;
    this.options = new OptionStore(router.serverDefaults());
    this.binding = new ServerBinding(this, router, family, options);
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

  void ensureOpen() throws ClosedChannelException {
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
    boolean joinsLater;
    stateLock.lock();
    try {
      ensureUnbound();
      Listeners listeners = binding.bind(address, backlog, routed, blocking);
      kernel = listeners.kernel();
      stack = listeners.stack();
      localAddress = listeners.localAddress();
      watch();
      joinsLater = listeners.stack() != null && listeners.stack().listening() == null;
    } finally {
      stateLock.unlock();
    }
    if (joinsLater) {
      // Not under the lock, which joining takes.
      router.whenStarted(joiner);
      if (!isOpen()) {
        router.leave(joiner);
      }
    }
    return this;
  }

  /** The keys watch whatever listens; under the lock. */
  private void watch() {
    Listening onStack = listening();
    keys.attach(
        onStack == null ? null : onStack.engine(),
        onStack == null ? null : onStack.socket(),
        kernel);
  }

  private @Nullable Listening listening() {
    StackListener onStack = stack;
    return onStack == null ? null : onStack.listening();
  }

  /** Listens on the stack too, from now on. */
  private final class WildcardJoiner implements LateJoiners.Joiner {

    @Override
    public void join(StackEngine engine) throws IOException {
      stateLock.lock();
      try {
        if (isOpen()) {
          binding.join(
              Objects.requireNonNull(stack),
              engine,
              (InetSocketAddress) Objects.requireNonNull(localAddress));
          watch();
        }
      } finally {
        stateLock.unlock();
      }
    }
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
    StackListener onStack = stack;
    if (onStack != null) {
      return onStack.accept(mayBlock, timeoutMillis);
    }
    ServerSocketChannel only = kernel;
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
        return accepted(inner.accept());
      }
      inner.socket().setSoTimeout(timeoutMillis);
      return accepted(inner.socket().accept().getChannel());
    } finally {
      if (!inner.isOpen()) {
        close();
      }
    }
  }

  // ---- For the stack's half

  /** A connection that the stack has accepted. */
  SocketChannel accepted(StackEngine engine, StreamSocket socket) throws IOException {
    stateLock.lock();
    try {
      return SidestepSocketChannel.onStack(provider(), router, family, engine, socket, options);
    } finally {
      stateLock.unlock();
    }
  }

  /** A connection that the kernel has accepted, if any. */
  @Nullable SocketChannel accepted(@Nullable SocketChannel inner) throws IOException {
    return inner == null ? null : SidestepSocketChannel.onKernel(provider(), router, family, inner);
  }

  void beginBlocking() {
    begin();
  }

  void endBlocking(boolean completed) throws AsynchronousCloseException {
    end(completed);
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
      if (inner != null && stack == null) {
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
    ServerSocketChannel inner;
    StackListener onStack;
    stateLock.lock();
    try {
      inner = kernel;
      onStack = stack;
    } finally {
      stateLock.unlock();
    }
    if (onStack != null) {
      router.leave(joiner);
      onStack.close();
    }
    if (inner != null) {
      inner.close();
    }
    kill();
  }

  @Override
  public void kill() {
    StackListener onStack = stack;
    if (onStack != null) {
      if (!isBlocking()) {
        waitForAccept();
      }
      onStack.releaseIfUnused();
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

  // ---- State and options

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return localAddress;
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    ServerSocketChannel inner = kernel;
    return inner != null ? inner.supportedOptions() : options.defaults().supported();
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    OptionChecks.checkValue(this, name, value);
    stateLock.lock();
    try {
      ensureOpen();
      options.set(name, value);
      ServerSocketChannel inner = kernel;
      if (inner != null) {
        inner.setOption(name, value);
      }
      Listening onStack = listening();
      if (onStack != null) {
        options.applyTo(onStack.socket().options());
      }
    } finally {
      stateLock.unlock();
    }
    return this;
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // every supported option has a value of its type
  public <T> T getOption(SocketOption<T> name) throws IOException {
    OptionChecks.checkSupported(this, name);
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
    Listening onStack = listening();
    // Of an unbound socket Linux says EPOLLHUP, which the JDK's channels show as acceptable.
    boolean ready = onStack != null ? onStack.socket().readyOps() != 0 : kernel == null;
    return ready ? SelectionKey.OP_ACCEPT : 0;
  }

  @Override
  public String toString() {
    String state = !isOpen() ? "closed" : localAddress == null ? "unbound" : "" + localAddress;
    return getClass().getName() + "[" + state + "]";
  }
}
