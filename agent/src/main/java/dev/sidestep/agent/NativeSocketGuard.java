package dev.sidestep.agent;

import dev.sidestep.provider.SidestepSettings;
import dev.sidestep.provider.kernel.KernelAddresses;
import dev.sidestep.provider.kernel.RoutePolicy;
import dev.sidestep.provider.kernel.RoutePolicy.Route;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Tells a native socket that tries an address of ours why it fails, where the user wants nothing to
 * go round the stack. The kernel would say that it has no such address, or send the connection to
 * whoever has it elsewhere. Called by name from rewritten classes; any thread.
 */
public final class NativeSocketGuard {

  static final String BIND = "bind";
  static final String CONNECT = "connect";

  private static final RoutePolicy POLICY =
      new RoutePolicy(SidestepSettings.config(), KernelAddresses::contains);

  private NativeSocketGuard() {}

  /**
   * Why {@code channel} must not do it, or null if it may. Datagrams are the kernel's in any case.
   *
   * @param operation {@link #BIND} or {@link #CONNECT}
   */
  public static @Nullable String whyNot(String operation, Object channel, SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)
        || inet.isUnresolved()
        || inet.getAddress().isAnyLocalAddress()
        || channel.getClass().getSimpleName().contains("Datagram")) {
      return null;
    }
    Route route =
        operation.equals(BIND)
            ? POLICY.atLocal(inet.getAddress())
            : POLICY.toDestination(inet.getAddress());
    return route == Route.STACK
        ? inet.getAddress().getHostAddress()
            + " is carried by Sidestep, but "
            + channel.getClass().getName()
            + " goes to the kernel; use Netty's NIO transport for it (sidestep.strict=true)"
        : null;
  }
}
