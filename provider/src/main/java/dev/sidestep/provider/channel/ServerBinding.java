package dev.sidestep.provider.channel;

import dev.sidestep.provider.channel.SocketRouter.Routed;
import dev.sidestep.provider.channel.StackListener.Listening;
import dev.sidestep.provider.kernel.RoutePolicy.Route;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.ListenSocket;
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

  /**
   * What listens now, at least one of the two; the stack's half of a socket of both may have to
   * wait for the stack.
   */
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
    if (engine == null && routed.route() == Route.BOTH) {
      return bindUntilTheStackRuns(address, backlog);
    }
    if (engine == null) {
      ServerSocketChannel inner = bindKernel(address, backlog, blocking);
      return new Listeners(inner, null, inner.getLocalAddress());
    }
    Listeners listeners = bindOnStack(engine, address, backlog, routed);
    tell(Objects.requireNonNull(listeners.localAddress()), listeners.kernel() != null);
    return listeners;
  }

  private void tell(SocketAddress local, boolean kernelToo) {
    String where = Addresses.text((InetSocketAddress) local);
    router.banner().used("listening on " + where + (kernelToo ? ", on the kernel too" : ""));
  }

  private Listeners bindUntilTheStackRuns(InetSocketAddress address, int backlog)
      throws IOException {
    ServerSocketChannel inner = bindKernel(address, backlog, false);
    return new Listeners(
        inner, new StackListener(channel, backlog, inner), inner.getLocalAddress());
  }

  /** Has a listener of {@link #bindUntilTheStackRuns} listen on the stack, which runs now. */
  Listening join(StackListener listener, StackEngine engine, InetSocketAddress local)
      throws BindException {
    IpAddress address = IpAddress.of(local.getAddress());
    Listening joined = listener.join(engine, address, local.getPort(), options);
    tell(local, true);
    return joined;
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
    StackListener listener = new StackListener(channel, backlog, inner);
    listener.join(engine, IpAddress.of(address.getAddress()), port, options);
    return listener;
  }

  private SocketAddress addressOf(StackListener stack) {
    ListenSocket socket = Objects.requireNonNull(stack.listening()).socket();
    IpAddress address = socket.localAddress();
    int port = socket.localPort();
    return address.isWildcard()
        ? new InetSocketAddress(Addresses.wildcard(SocketRouter.isIpv4Only(family)), port)
        : Addresses.of(address, port);
  }
}
