package dev.sidestep.provider.channel;

import dev.sidestep.provider.adaptor.SocketAdaptor;
import dev.sidestep.provider.channel.SocketRouter.Routed;
import dev.sidestep.provider.kernel.RoutePolicy.Route;
import dev.sidestep.provider.selector.ChannelKeys;
import dev.sidestep.provider.selector.SidestepChannel;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A socket channel that decides late who carries it. Until it is bound or connected it only
 * remembers options and selectors; from then on it is a front for a socket of the stack or a
 * channel of the kernel.
 */
public final class SidestepSocketChannel extends SocketChannel implements SidestepChannel {

  private final SocketRouter router;
  private final @Nullable ProtocolFamily family;
  private final ChannelKeys keys = new ChannelKeys();

  /** Guards the decision; held while a socket is opened, never while one is used. */
  private final ReentrantLock routeLock = new ReentrantLock();

  private volatile SocketBackend backend;

  /** The mode as the backend knows it; guarded by {@link #routeLock}. */
  private boolean blocking = true;

  private @Nullable Socket adaptor;

  private SidestepSocketChannel(
      SelectorProvider provider, SocketRouter router, @Nullable ProtocolFamily family)
      throws IOException {
    super(provider);
    this.router = router;
    this.family = family;
    this.backend = new UnroutedSocket(this, router.clientDefaults());
  }

  /**
   * A new channel, neither bound nor connected.
   *
   * @param family INET or INET6, or null for the default
   */
  public static SidestepSocketChannel open(
      SelectorProvider provider, SocketRouter router, @Nullable ProtocolFamily family)
      throws IOException {
    SidestepSocketChannel channel = new SidestepSocketChannel(provider, router, family);
    if (!router.mayUseStack()) {
      router.checkConfigured();
      channel.install(new KernelSocket(channel, router.openKernelSocket(family)));
    }
    return channel;
  }

  /** A channel around one of the kernel's: accepted, inherited or of the UNIX family. */
  public static SidestepSocketChannel onKernel(
      SelectorProvider provider,
      SocketRouter router,
      @Nullable ProtocolFamily family,
      SocketChannel inner)
      throws IOException {
    SidestepSocketChannel channel = new SidestepSocketChannel(provider, router, family);
    channel.install(new KernelSocket(channel, inner));
    return channel;
  }

  /** A connection that a listener of the stack has accepted. */
  static SidestepSocketChannel onStack(
      SelectorProvider provider,
      SocketRouter router,
      @Nullable ProtocolFamily family,
      StackEngine engine,
      StreamSocket socket,
      StreamOptions inherited)
      throws IOException {
    SidestepSocketChannel channel = new SidestepSocketChannel(provider, router, family);
    OptionStore options = new OptionStore(router.clientDefaults());
    options.set(StandardSocketOptions.SO_REUSEADDR, inherited.reuseAddress);
    if (inherited.receiveBufferBytes > 0) {
      options.set(StandardSocketOptions.SO_RCVBUF, inherited.receiveBufferBytes);
    }
    channel.install(StackStream.accepted(channel, engine, socket, options));
    return channel;
  }

  private void install(SocketBackend chosen) {
    backend = chosen;
    if (chosen instanceof StackStream stream) {
      keys.attach(stream.engine(), stream.socket(), null);
    } else if (chosen instanceof KernelSocket kernel) {
      keys.attach(null, null, kernel.inner());
    }
  }

  // ---- For the backends

  void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  void beginBlocking() {
    begin();
  }

  void endBlocking(boolean completed) throws AsynchronousCloseException {
    end(completed);
  }

  boolean isUnix() {
    return family == StandardProtocolFamily.UNIX;
  }

  SocketBackend backend() {
    return backend;
  }

  // ---- Choosing

  private boolean isIpv4Only() {
    return SocketRouter.isIpv4Only(family);
  }

  @Override
  public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
    if (isUnix()) {
      kernel().bind(local);
      return this;
    }
    InetSocketAddress address =
        local == null
            ? new InetSocketAddress(Addresses.wildcard(isIpv4Only()), 0)
            : Addresses.check(local, isIpv4Only());
    ensureUnbound();
    Routed routed = router.atLocal(address.getAddress());
    routeLock.lock();
    try {
      ensureUnbound();
      bindTo(address, routed);
    } finally {
      routeLock.unlock();
    }
    return this;
  }

  private void ensureUnbound() throws IOException {
    ensureOpen();
    if (backend.isConnectionPending()) {
      throw new ConnectionPendingException();
    }
    if (backend.localAddress() != null) {
      throw new AlreadyBoundException();
    }
  }

  private SocketChannel kernel() {
    return ((KernelSocket) backend).inner();
  }

  private void bindTo(InetSocketAddress address, Routed routed) throws IOException {
    StackEngine engine = routed.engine();
    boolean stack = routed.route() == Route.STACK || router.jdkOrNull() == null;
    if (engine != null && stack && backend instanceof UnroutedSocket unrouted) {
      bindOnStack(unrouted, engine, IpAddress.of(address.getAddress()), address.getPort());
      return;
    }
    // A wildcard is only a port so far; the kernel keeps it until connect knows the route.
    if (backend instanceof UnroutedSocket unrouted) {
      SocketChannel inner = openKernel(unrouted);
      try {
        inner.bind(address);
      } catch (IOException | RuntimeException e) {
        inner.close();
        throw e;
      }
      install(new KernelSocket(this, inner));
    } else {
      kernel().bind(address);
    }
  }

  private void bindOnStack(UnroutedSocket unrouted, StackEngine engine, IpAddress address, int port)
      throws IOException {
    StackStream stream = StackStream.unconnected(this, engine, unrouted.options());
    bindOrClose(stream, address.isWildcard() ? IpAddress.ANY_V4 : address, port);
    install(stream);
  }

  private static void bindOrClose(StackStream stream, IpAddress address, int port)
      throws IOException {
    try {
      stream.bind(address, port);
    } catch (IOException e) {
      stream.socket().close();
      throw e;
    }
  }

  private SocketChannel openKernel(UnroutedSocket unrouted) throws IOException {
    SocketChannel inner = router.openKernelSocket(family);
    try {
      inner.configureBlocking(blocking);
      for (Map.Entry<SocketOption<?>, Object> set : unrouted.options().values().entrySet()) {
        setOption(inner, set.getKey(), set.getValue());
      }
    } catch (IOException | RuntimeException e) {
      inner.close();
      throw e;
    }
    return inner;
  }

  @SuppressWarnings("unchecked") // the value was checked against the option's type when it was set
  private static void setOption(SocketChannel inner, SocketOption<?> option, Object value)
      throws IOException {
    inner.setOption((SocketOption<Object>) option, value);
  }

  @Override
  public boolean connect(SocketAddress remote) throws IOException {
    return connect(remote, SocketBackend.UNTIMED);
  }

  /** Connects, with a timeout if a {@code Socket} asks for one. A failure closes the channel. */
  boolean connect(SocketAddress remote, int timeoutMillis) throws IOException {
    SocketAddress to = isUnix() ? remote : Addresses.checkRemote(remote, isIpv4Only());
    try {
      return routeTo(to).connect(to, timeoutMillis);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private SocketBackend routeTo(SocketAddress remote) throws IOException {
    SocketBackend current = backend;
    if (!(remote instanceof InetSocketAddress to) || !isUndecided(current)) {
      return current;
    }
    Routed routed = router.toDestination(to.getAddress());
    routeLock.lock();
    try {
      ensureOpen();
      if (isUndecided(backend)) {
        decide(routed);
      }
      return backend;
    } finally {
      routeLock.unlock();
    }
  }

  private boolean isUndecided(SocketBackend current) throws IOException {
    return current instanceof UnroutedSocket
        || (router.mayUseStack()
            && current instanceof KernelSocket kernel
            && !isUnix()
            && kernel.isBoundToWildcardOnly());
  }

  private void decide(Routed routed) throws IOException {
    StackEngine engine = routed.engine();
    if (backend instanceof KernelSocket kernel) {
      if (engine != null) {
        moveToStack(kernel, engine);
      }
    } else if (backend instanceof UnroutedSocket unrouted) {
      install(
          engine != null
              ? StackStream.unconnected(this, engine, unrouted.options())
              : new KernelSocket(this, openKernel(unrouted)));
    }
  }

  /** The port that the kernel kept is now wanted on the stack. */
  private void moveToStack(KernelSocket kernel, StackEngine engine) throws IOException {
    InetSocketAddress local =
        (InetSocketAddress) Objects.requireNonNull(kernel.inner().getLocalAddress());
    OptionStore options = new OptionStore(router.clientDefaults());
    for (SocketOption<?> option : kernel.supportedOptions()) {
      Object value = kernel.getOption(option);
      if (value != null && !value.equals(options.get(option))) {
        options.set(option, value);
      }
    }
    StackStream stream = StackStream.unconnected(this, engine, options);
    bindOrClose(stream, IpAddress.ANY_V4, local.getPort());
    install(stream);
    kernel.inner().close();
  }

  // ---- Used through the backend

  @Override
  public boolean finishConnect() throws IOException {
    try {
      return backend.finishConnect();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    Objects.requireNonNull(dst);
    SocketBackend current = backend;
    return mustReleaseMonitor()
        ? (int) MonitorRelease.run(this, () -> current.read(dst))
        : current.read(dst);
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, dsts.length);
    SocketBackend current = backend;
    return mustReleaseMonitor()
        ? MonitorRelease.run(this, () -> current.read(dsts, offset, length))
        : current.read(dsts, offset, length);
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    Objects.requireNonNull(src);
    SocketBackend current = backend;
    return mustReleaseMonitor()
        ? (int) MonitorRelease.run(this, () -> current.write(src))
        : current.write(src);
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, srcs.length);
    SocketBackend current = backend;
    return mustReleaseMonitor()
        ? MonitorRelease.run(this, () -> current.write(srcs, offset, length))
        : current.write(srcs, offset, length);
  }

  private boolean mustReleaseMonitor() {
    return isBlocking() && Thread.holdsLock(blockingLock());
  }

  @Override
  public SocketChannel shutdownInput() throws IOException {
    backend.shutdownInput();
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    backend.shutdownOutput();
    return this;
  }

  @Override
  public boolean isConnected() {
    return backend.isConnected();
  }

  @Override
  public boolean isConnectionPending() {
    return backend.isConnectionPending();
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return backend.localAddress();
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    ensureOpen();
    return backend.remoteAddress();
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return backend.supportedOptions();
  }

  private void ensureSupported(SocketOption<?> name) {
    Objects.requireNonNull(name);
    if (!supportedOptions().contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    ensureSupported(name);
    if (!name.type().isInstance(value)) {
      throw new IllegalArgumentException("Invalid value '" + value + "'");
    }
    ensureOpen();
    backend.setOption(name, value);
    return this;
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // every supported option has a value of its type
  public <T> T getOption(SocketOption<T> name) throws IOException {
    ensureSupported(name);
    ensureOpen();
    return (T) backend.getOption(name);
  }

  @Override
  public synchronized Socket socket() {
    if (isUnix()) {
      throw new UnsupportedOperationException("Not supported");
    }
    if (adaptor == null) {
      adaptor = SocketAdaptor.of(this, new TimedSocketView(this));
    }
    return adaptor;
  }

  // ---- Selectors, mode and closing

  @Override
  public ChannelKeys selectionKeys() {
    return keys;
  }

  @Override
  public int stackReadyOps() {
    return backend.stackReadyOps();
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    SocketBackend told;
    do {
      told = backend;
      // Not under the lock: this waits for operations, and closing must not wait for them.
      told.configureBlocking(block);
    } while (!rememberMode(block, told));
  }

  /** Returns false if the backend was exchanged after it was told the mode. */
  private boolean rememberMode(boolean block, SocketBackend told) {
    routeLock.lock();
    try {
      blocking = block;
      return backend == told;
    } finally {
      routeLock.unlock();
    }
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    SocketBackend last;
    routeLock.lock();
    try {
      last = backend;
    } finally {
      routeLock.unlock();
    }
    last.close();
  }

  @Override
  public void kill() {
    backend.kill();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("java.nio.channels.SocketChannel[");
    if (!isOpen()) {
      return text.append("closed]").toString();
    }
    text.append(
        isConnected() ? "connected" : isConnectionPending() ? "connection-pending" : "unconnected");
    try {
      if (isConnected()) {
        text.append(backend.isInputOpen() ? "" : " ishut");
        text.append(backend.isOutputOpen() ? "" : " oshut");
      }
      append(text, " local=", backend.localAddress());
      append(text, " remote=", backend.remoteAddress());
    } catch (IOException e) {
      // Closed meanwhile: the rest is of no interest.
      return text.append(']').toString();
    }
    return text.append(']').toString();
  }

  private static void append(StringBuilder text, String what, @Nullable SocketAddress address) {
    if (address != null) {
      text.append(what).append(address);
    }
  }
}
