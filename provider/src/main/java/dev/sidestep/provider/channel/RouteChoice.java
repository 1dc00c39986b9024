package dev.sidestep.provider.channel;

import dev.sidestep.provider.channel.SocketRouter.Routed;
import dev.sidestep.provider.kernel.RoutePolicy.Route;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Chooses who carries a {@link SidestepSocketChannel} of an Internet family: nobody before the
 * first bind or connect, then the stack or the kernel. A wildcard address is only a port so far:
 * {@code sidestep.wildcard} says who keeps it until connect knows the route.
 *
 * <p>Threads: any. The monitor is held while a socket is opened, never while one is used.
 */
final class RouteChoice {

  private final SidestepSocketChannel channel;
  private final SocketRouter router;
  private final @Nullable ProtocolFamily family;

  /** The mode as the backend knows it; under the monitor. */
  private boolean blocking = true;

  RouteChoice(SidestepSocketChannel channel, SocketRouter router, @Nullable ProtocolFamily family) {
    this.channel = channel;
    this.router = router;
    this.family = family;
  }

  // ---- By the local address

  void bind(InetSocketAddress address) throws IOException {
    ensureUnbound();
    Routed routed = router.atLocal(address.getAddress());
    synchronized (this) {
      ensureUnbound();
      bindTo(address, routed);
    }
  }

  private void ensureUnbound() throws IOException {
    channel.ensureOpen();
    if (channel.isConnectionPending()) {
      throw new ConnectionPendingException();
    }
    if (channel.backend().localAddress() != null) {
      throw new AlreadyBoundException();
    }
  }

  private void bindTo(InetSocketAddress address, Routed routed) throws IOException {
    StackEngine engine = routed.engine();
    boolean stack = routed.route() == Route.STACK || router.jdkOrNull() == null;
    if (!(channel.backend() instanceof UnroutedSocket unrouted)) {
      ((KernelSocket) channel.backend()).inner().bind(address);
    } else if (engine != null && stack) {
      IpAddress local = IpAddress.of(address.getAddress());
      bindOnStack(engine, unrouted.options(), local, address.getPort());
    } else {
      bindOnKernel(unrouted.options(), address);
    }
  }

  private void bindOnStack(StackEngine engine, OptionStore options, IpAddress address, int port)
      throws IOException {
    StackStream stream = StackStream.unconnected(channel, engine, options);
    try {
      stream.bind(address.isWildcard() ? IpAddress.ANY_V4 : address, port);
    } catch (IOException e) {
      stream.socket().close();
      throw e;
    }
    channel.install(stream);
  }

  private void bindOnKernel(OptionStore options, InetSocketAddress address) throws IOException {
    SocketChannel inner = openKernel(options);
    try {
      inner.bind(address);
    } catch (IOException | RuntimeException e) {
      inner.close();
      throw e;
    }
    channel.install(new KernelSocket(channel, inner));
  }

  private SocketChannel openKernel(OptionStore options) throws IOException {
    SocketChannel inner = router.openKernelSocket(family);
    try {
      inner.configureBlocking(blocking);
      options.applyTo(inner);
    } catch (IOException | RuntimeException e) {
      inner.close();
      throw e;
    }
    return inner;
  }

  // ---- By the destination

  /** Who carries a connection to {@code remote}, from now on. */
  SocketBackend toDestination(InetSocketAddress remote) throws IOException {
    SocketBackend current = channel.backend();
    if (!isUndecided(current)) {
      return current;
    }
    Routed routed = router.toDestination(remote.getAddress());
    synchronized (this) {
      channel.ensureOpen();
      if (isUndecided(channel.backend())) {
        decide(routed.engine());
        if (routed.engine() != null) {
          router.banner().used("connecting to " + Addresses.text(remote));
        }
      }
      return channel.backend();
    }
  }

  private boolean isUndecided(SocketBackend current) throws IOException {
    return switch (current) {
      case KernelSocket kernel -> router.mayUseStack() && kernel.isBoundToWildcardOnly();
      case StackStream stream -> stream.isBoundToWildcardOnly();
      default -> current instanceof UnroutedSocket;
    };
  }

  private void decide(@Nullable StackEngine engine) throws IOException {
    if (channel.backend() instanceof KernelSocket kernel) {
      if (engine != null) {
        moveToStack(kernel, engine);
      }
    } else if (channel.backend() instanceof StackStream stream) {
      if (engine == null) {
        moveToKernel(stream);
      }
    } else if (channel.backend() instanceof UnroutedSocket unrouted) {
      channel.install(
          engine != null
              ? StackStream.unconnected(channel, engine, unrouted.options())
              : new KernelSocket(channel, openKernel(unrouted.options())));
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
    bindOnStack(engine, options, IpAddress.ANY_V4, local.getPort());
    kernel.inner().close();
  }

  /** The port that the stack kept is now wanted on the kernel. */
  private void moveToKernel(StackStream stream) throws IOException {
    InetAddress any = Addresses.wildcard(SocketRouter.isIpv4Only(family));
    bindOnKernel(stream.options(), new InetSocketAddress(any, stream.socket().localPort()));
    stream.socket().close();
  }

  // ---- While the choice may still change

  /** Tells whoever carries the channel, and who will, of its mode. */
  void configureBlocking(boolean block) throws IOException {
    SocketBackend told;
    do {
      told = channel.backend();
      // Not under the monitor: this waits for operations, and closing must not wait for them.
      told.configureBlocking(block);
    } while (!rememberMode(block, told));
  }

  /** Returns false if the backend was exchanged after it was told the mode. */
  private synchronized boolean rememberMode(boolean block, SocketBackend told) {
    blocking = block;
    return channel.backend() == told;
  }

  /** Who carries the channel, now that it is closed and nothing is chosen any more. */
  synchronized SocketBackend last() {
    return channel.backend();
  }
}
