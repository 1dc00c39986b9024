package dev.sidestep.provider.channel;

import dev.sidestep.provider.channel.SocketRouter.Routed;
import dev.sidestep.provider.kernel.RoutePolicy.Route;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Binds a server channel where its address is routed: on the stack, on the kernel or, if it is the
 * wildcard address, on both under one port. One thread at a time.
 */
final class ServerBinding {

  /** Tries to find a port that is free on both sides. */
  private static final int PORT_ATTEMPTS = 16;

  private final SidestepServerSocketChannel channel;
  private final SocketRouter router;
  private final @Nullable ProtocolFamily family;
  private final OptionStore options;

  ServerBinding(
      SidestepServerSocketChannel channel,
      SocketRouter router,
      @Nullable ProtocolFamily family,
      OptionStore options) {
    this.channel = channel;
    this.router = router;
    this.family = family;
    this.options = options;
  }

  /** What listens now, at least one of the two. */
  record Listeners(
      @Nullable ServerSocketChannel kernel,
      @Nullable StackListener stack,
      @Nullable SocketAddress localAddress) {}

  /**
   * Binds and listens.
   *
   * @param blocking the mode of the kernel's listener, if that is the only one
   */
  Listeners bind(InetSocketAddress address, int backlog, Routed routed, boolean blocking)
      throws IOException {
    StackEngine engine = routed.engine();
    if (engine == null) {
      ServerSocketChannel inner = bindKernel(address, backlog, blocking);
      return new Listeners(inner, null, inner.getLocalAddress());
    }
    Listeners listeners = bindOnStack(engine, address, backlog, routed);
    router
        .banner()
        .used(
            "listening on "
                + Addresses.text(
                    (InetSocketAddress) Objects.requireNonNull(listeners.localAddress()))
                + (listeners.kernel() == null ? "" : ", on the kernel too"));
    return listeners;
  }

  private Listeners bindOnStack(
      StackEngine engine, InetSocketAddress address, int backlog, Routed routed)
      throws IOException {
    if (routed.route() == Route.STACK || router.jdkOrNull() == null) {
      StackListener stack = listen(engine, address, address.getPort(), backlog, null);
      return new Listeners(null, stack, addressOf(stack));
    }
    return bindBoth(engine, address, backlog);
  }

  private Listeners bindBoth(StackEngine engine, InetSocketAddress address, int backlog)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      ServerSocketChannel inner = bindKernel(address, backlog, false);
      try {
        InetSocketAddress bound =
            (InetSocketAddress) Objects.requireNonNull(inner.getLocalAddress());
        StackListener stack = listen(engine, address, bound.getPort(), backlog, inner);
        return new Listeners(inner, stack, bound);
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

  private ServerSocketChannel bindKernel(InetSocketAddress address, int backlog, boolean blocking)
      throws IOException {
    ServerSocketChannel inner = router.openKernelServer(family);
    try {
      options.applyTo(inner);
      inner.configureBlocking(blocking);
      return inner.bind(address, backlog);
    } catch (IOException | RuntimeException e) {
      inner.close();
      throw e;
    }
  }

  private StackListener listen(
      StackEngine engine,
      InetSocketAddress address,
      int port,
      int backlog,
      @Nullable ServerSocketChannel inner)
      throws BindException {
    return StackListener.open(
        channel, engine, IpAddress.of(address.getAddress()), port, backlog, options, inner);
  }

  private SocketAddress addressOf(StackListener stack) {
    IpAddress address = stack.socket().localAddress();
    int port = stack.socket().localPort();
    return address.isWildcard()
        ? new InetSocketAddress(Addresses.wildcard(SocketRouter.isIpv4Only(family)), port)
        : Addresses.of(address, port);
  }
}
