package dev.sidestep.provider.kernel;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.wire.IpAddress;
import java.net.InetAddress;
import java.util.function.Predicate;

/**
 * Which addresses are the stack's business and which the kernel's. Decides by configuration alone;
 * whether the stack runs is not asked here. Immutable; any thread.
 */
public final class RoutePolicy {

  /** Who carries a socket. */
  public enum Route {
    /** The stack alone. */
    STACK,
    /** The kernel alone. */
    KERNEL,
    /** Both: a wildcard. */
    BOTH
  }

  private final StackConfig config;
  private final Predicate<InetAddress> isKernelAddress;

  /**
   * A policy for the given configuration.
   *
   * @param isKernelAddress whether an address belongs to one of the kernel's own interfaces
   */
  public RoutePolicy(StackConfig config, Predicate<InetAddress> isKernelAddress) {
    this.config = config;
    this.isKernelAddress = isKernelAddress;
  }

  /** Who carries a connection to {@code destination}: {@link Route#STACK} or KERNEL. */
  public Route toDestination(InetAddress destination) {
    IpAddress address = IpAddress.of(destination);
    return carriesDestination(destination, address) ? Route.STACK : Route.KERNEL;
  }

  private boolean carriesDestination(InetAddress destination, IpAddress address) {
    if (!config.carriesAnything() || !address.isV4()) {
      return false;
    }
    if (address.isLoopback()) {
      return config.loopbackOnStack();
    }
    return isOnNetworkOfStack(address)
        || (config.gateway() != null && !isKernelAddress.test(destination));
  }

  private boolean isOnNetworkOfStack(IpAddress address) {
    for (InterfaceAddress own : config.addresses()) {
      if (own.networkContains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code destination} is on a network of the stack's own interfaces. */
  public boolean isOnNetworkOfStack(InetAddress destination) {
    return config.carriesAnything() && isOnNetworkOfStack(IpAddress.of(destination));
  }

  /** Who carries a socket bound to {@code local}. */
  public Route atLocal(InetAddress local) {
    if (!config.carriesAnything()) {
      return Route.KERNEL;
    }
    if (local.isAnyLocalAddress()) {
      return switch (config.wildcard()) {
        case BOTH -> Route.BOTH;
        case STACK -> Route.STACK;
        case KERNEL -> Route.KERNEL;
      };
    }
    return isStackAddress(IpAddress.of(local)) ? Route.STACK : Route.KERNEL;
  }

  private boolean isStackAddress(IpAddress address) {
    if (address.isV4() && address.isLoopback()) {
      return config.loopbackOnStack();
    }
    for (InterfaceAddress own : config.addresses()) {
      if (own.address().equals(address)) {
        return true;
      }
    }
    return false;
  }
}
