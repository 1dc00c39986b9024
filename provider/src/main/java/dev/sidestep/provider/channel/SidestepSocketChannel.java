package dev.sidestep.provider.channel;

import dev.sidestep.provider.adaptor.SocketAdaptor;
import dev.sidestep.provider.selector.ChannelKeys;
import dev.sidestep.provider.selector.SidestepChannel;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.StreamSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A socket channel that decides late who carries it. Until it is bound or connected it only
 * remembers options and selectors; from then on it is a front for a socket of the stack or a
 * channel of the kernel.
 */
public final class SidestepSocketChannel extends SocketChannel implements SidestepChannel {

  private final @Nullable ProtocolFamily family;
  private final RouteChoice route;
  private final ChannelKeys keys = new ChannelKeys();

  /** Written by {@link #route}. */
  private volatile SocketBackend backend;

  private @Nullable Socket adaptor;

  private SidestepSocketChannel(
      SelectorProvider provider, SocketRouter router, @Nullable ProtocolFamily family)
      throws IOException {
    super(provider);
    this.family = family;
    this.route = new RouteChoice(this, router, family);
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
      OptionStore ofListener)
      throws IOException {
    SidestepSocketChannel channel = new SidestepSocketChannel(provider, router, family);
    OptionStore options = new OptionStore(router.clientDefaults());
    options.inherit(ofListener);
    channel.install(StackStream.accepted(channel, engine, socket, options));
    return channel;
  }

  // ---- For the backends and the choice among them

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

  void install(SocketBackend chosen) {
    backend = chosen;
    if (chosen instanceof StackStream stream) {
      keys.attach(stream.engine(), stream.socket(), null);
    } else if (chosen instanceof KernelSocket kernel) {
      keys.attach(null, null, kernel.inner());
    }
  }

  // ---- Binding and connecting

  @Override
  public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
    if (isUnix()) {
      ((KernelSocket) backend).inner().bind(local);
      return this;
    }
    boolean ipv4Only = SocketRouter.isIpv4Only(family);
    route.bind(
        local == null
            ? new InetSocketAddress(Addresses.wildcard(ipv4Only), 0)
            : Addresses.check(local, ipv4Only));
    return this;
  }

  @Override
  public boolean connect(SocketAddress remote) throws IOException {
    return connect(remote, SocketBackend.UNTIMED);
  }

  /** Connects, with a timeout if a {@code Socket} asks for one. A failure closes the channel. */
  boolean connect(SocketAddress remote, int timeoutMillis) throws IOException {
    InetSocketAddress to =
        isUnix() ? null : Addresses.checkRemote(remote, SocketRouter.isIpv4Only(family));
    try {
      return to == null
          ? backend.connect(remote, timeoutMillis)
          : route.toDestination(to).connect(to, timeoutMillis);
    } catch (IOException e) {
      close();
      throw e;
    }
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
    return backend.read(Objects.requireNonNull(dst));
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, dsts.length);
    return backend.read(dsts, offset, length);
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    return backend.write(Objects.requireNonNull(src));
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, srcs.length);
    return backend.write(srcs, offset, length);
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

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    OptionChecks.checkValue(this, name, value);
    ensureOpen();
    backend.setOption(name, value);
    return this;
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // every supported option has a value of its type
  public <T> T getOption(SocketOption<T> name) throws IOException {
    OptionChecks.checkSupported(this, name);
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
    route.configureBlocking(block);
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    route.last().close();
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
