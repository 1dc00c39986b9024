package dev.sidestep.provider.channel;

import dev.sidestep.provider.kernel.KernelAccess;
import dev.sidestep.provider.kernel.KernelAddresses;
import dev.sidestep.provider.kernel.RoutePolicy;
import dev.sidestep.provider.kernel.RoutePolicy.Route;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.engine.StackEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider's sockets go: what {@link RoutePolicy} says, as far as the stack runs and the
 * kernel can be reached. Any thread.
 */
public final class SocketRouter {

  private final StackConfig config;
  private final @Nullable SelectorProvider jdk;
  private final RoutePolicy policy;
  private final EngineHolder engines;
  private final boolean sayUnconfigured;

  private volatile @Nullable OptionDefaults clientDefaults;
  private volatile @Nullable OptionDefaults serverDefaults;

  /**
   * A router for the given settings.
   *
   * @param jdk the JDK's own provider, or null if it cannot be reached
   * @param sayUnconfigured whether to tell the user if the settings leave nothing to the stack
   */
  public SocketRouter(StackConfig config, @Nullable SelectorProvider jdk, boolean sayUnconfigured) {
    this(config, jdk, sayUnconfigured, new EngineHolder(config));
  }

  SocketRouter(
      StackConfig config,
      @Nullable SelectorProvider jdk,
      boolean sayUnconfigured,
      EngineHolder engines) {
    this.sayUnconfigured = sayUnconfigured;
    this.config = config;
    this.jdk = jdk;
    this.policy = new RoutePolicy(config, KernelAddresses::contains);
    this.engines = engines;
  }

  /**
   * Who carries a socket bound to {@code local}, and if the stack does, the running stack. A socket
   * of both does not wait for it; if it does not run yet, there is none.
   */
  Routed atLocal(InetAddress local) throws IOException {
    Route route = policy.atLocal(local);
    boolean mayJoinLater = route == Route.BOTH && jdk != null && !config.strict();
    return mayJoinLater ? new Routed(route, engines.running()) : routed(route);
  }

  /** Has a socket of both join the stack when that runs, and starts it in the background. */
  void whenStarted(LateJoiners.Joiner joiner) {
    engines.whenStarted(joiner);
  }

  /** The socket does not want to join any more. */
  void leave(LateJoiners.Joiner joiner) {
    engines.leave(joiner);
  }

  /**
   * Who carries a connection to {@code destination}.
   *
   * @throws NoRouteToHostException if that is a network of the stack's, which does not run: the
   *     kernel, which knows nothing of it, would send the packets somewhere else
   */
  Routed toDestination(InetAddress destination) throws IOException {
    Routed routed = routed(policy.toDestination(destination));
    if (routed.engine() == null
        && policy.isOnNetworkOfStack(destination)
        && !KernelAddresses.reachesDirectly(destination)) {
      throw new NoRouteToHostException("No route to host: " + engines.failure());
    }
    return routed;
  }

  private Routed routed(Route route) throws IOException {
    StackEngine engine = route == Route.KERNEL ? null : engines.engine();
    return engine == null ? Routed.ON_KERNEL : new Routed(route, engine);
  }

  /** Whether anything may go to the stack at all. */
  boolean mayUseStack() {
    return config.carriesAnything();
  }

  /** Tells the user, once, if there is nothing the stack could carry. */
  void checkConfigured() {
    if (sayUnconfigured && !config.carriesAnything()) {
      engines.unconfigured();
    }
  }

  /** What tells the user about the stack. */
  Banner banner() {
    return engines.banner();
  }

  OptionDefaults clientDefaults() throws IOException {
    OptionDefaults known = clientDefaults;
    if (known == null) {
      known = OptionDefaults.ofClient(jdk);
      clientDefaults = known;
    }
    return known;
  }

  OptionDefaults serverDefaults() throws IOException {
    OptionDefaults known = serverDefaults;
    if (known == null) {
      known = OptionDefaults.ofServer(jdk);
      serverDefaults = known;
    }
    return known;
  }

  /** A decision with what it takes to follow it. */
  record Routed(Route route, @Nullable StackEngine engine) {
    static final Routed ON_KERNEL = new Routed(Route.KERNEL, null);
  }

  /** The JDK's own provider, or null if it cannot be reached. */
  public @Nullable SelectorProvider jdkOrNull() {
    return jdk;
  }

  /** The JDK's own provider. */
  public SelectorProvider jdk() throws IOException {
    if (jdk == null) {
      throw new IOException(KernelAccess.whyNot());
    }
    return jdk;
  }

  SocketChannel openKernelSocket(@Nullable ProtocolFamily family) throws IOException {
    return family == null ? jdk().openSocketChannel() : jdk().openSocketChannel(family);
  }

  ServerSocketChannel openKernelServer(@Nullable ProtocolFamily family) throws IOException {
    return family == null ? jdk().openServerSocketChannel() : jdk().openServerSocketChannel(family);
  }

  /** Whether {@code family} admits IPv4 addresses only; null is the default family. */
  static boolean isIpv4Only(@Nullable ProtocolFamily family) {
    return family == StandardProtocolFamily.INET
        || (family == null && Boolean.getBoolean("java.net.preferIPv4Stack"));
  }

  /** What the stack has carried, as printed for {@code sidestep.stats=exit}. */
  public String stats() {
    return engines.stats();
  }

  /** Stops the stack if it runs. */
  public void close() {
    engines.close();
  }
}
