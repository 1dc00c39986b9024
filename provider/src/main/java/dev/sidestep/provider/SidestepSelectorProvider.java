package dev.sidestep.provider;

import dev.sidestep.provider.channel.SidestepServerSocketChannel;
import dev.sidestep.provider.channel.SidestepSocketChannel;
import dev.sidestep.provider.channel.SocketRouter;
import dev.sidestep.provider.kernel.KernelAccess;
import dev.sidestep.provider.kernel.KernelDatagramChannel;
import dev.sidestep.provider.kernel.KernelPipe;
import dev.sidestep.provider.selector.SidestepSelector;
import dev.sidestep.stack.config.StackConfig;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The provider that an unmodified program gets from {@link SelectorProvider#provider()}: TCP on the
 * stack wherever an address is the stack's business, everything else on the JDK's own provider.
 * Chosen by {@code -Djava.nio.channels.spi.SelectorProvider} or installed by the agent. Any thread.
 */
public final class SidestepSelectorProvider extends SelectorProvider {

  private static volatile boolean inUse;

  private final SocketRouter router;

  /** The provider with the process's settings; the JDK instantiates it by name. */
  @SuppressWarnings("StaticAssignmentInConstructor")
  public SidestepSelectorProvider() {
    this(
        new SocketRouter(
            SidestepSettings.config(),
            KernelAccess.jdkProvider(),
            SidestepSettings.broken() == null));
    inUse = true;
  }

  /** A provider with its own settings and its own stack; several can live in one JVM. */
  SidestepSelectorProvider(StackConfig config, @Nullable SelectorProvider jdk) {
    this(new SocketRouter(config, jdk, true));
  }

  private SidestepSelectorProvider(SocketRouter router) {
    this.router = router;
  }

  /** Whether the program has used NIO, so that the JDK has made this provider. */
  public static boolean isInUse() {
    return inUse;
  }

  /** What this provider's stack has carried. */
  String stats() {
    return router.stats();
  }

  /** Stops this provider's stack, if it ever started. */
  void closeStack() {
    router.close();
  }

  @Override
  public AbstractSelector openSelector() {
    return new SidestepSelector(this, router.jdkOrNull());
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return SidestepSocketChannel.open(this, router, null);
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    return Objects.requireNonNull(family) == StandardProtocolFamily.UNIX
        ? SidestepSocketChannel.onKernel(this, router, family, jdk().openSocketChannel(family))
        : SidestepSocketChannel.open(this, router, checkedInternet(family));
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return SidestepServerSocketChannel.open(this, router, null);
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return Objects.requireNonNull(family) == StandardProtocolFamily.UNIX
        ? SidestepServerSocketChannel.onKernel(
            this, router, family, jdk().openServerSocketChannel(family))
        : SidestepServerSocketChannel.open(this, router, checkedInternet(family));
  }

  private static ProtocolFamily checkedInternet(ProtocolFamily family) {
    boolean preferIpv4 = Boolean.getBoolean("java.net.preferIPv4Stack");
    if (family == StandardProtocolFamily.INET6 && preferIpv4) {
      throw new UnsupportedOperationException("IPv6 not available");
    }
    if (family != StandardProtocolFamily.INET && family != StandardProtocolFamily.INET6) {
      throw new UnsupportedOperationException("Protocol family not supported");
    }
    return family;
  }

  private SelectorProvider jdk() throws IOException {
    return router.jdk();
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return new KernelDatagramChannel(this, jdk().openDatagramChannel());
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return new KernelDatagramChannel(this, jdk().openDatagramChannel(family));
  }

  @Override
  public Pipe openPipe() throws IOException {
    return new KernelPipe(this, jdk().openPipe());
  }

  @Override
  public @Nullable Channel inheritedChannel() throws IOException {
    SelectorProvider jdk = router.jdkOrNull();
    Channel inherited = jdk == null ? null : jdk.inheritedChannel();
    if (inherited instanceof SocketChannel socket) {
      return SidestepSocketChannel.onKernel(this, router, familyOf(socket), socket);
    }
    if (inherited instanceof ServerSocketChannel server) {
      return SidestepServerSocketChannel.onKernel(this, router, familyOf(server), server);
    }
    return inherited instanceof DatagramChannel datagram
        ? new KernelDatagramChannel(this, datagram)
        : inherited;
  }

  private static @Nullable ProtocolFamily familyOf(NetworkChannel channel) throws IOException {
    return channel.getLocalAddress() instanceof UnixDomainSocketAddress
        ? StandardProtocolFamily.UNIX
        : null;
  }
}
