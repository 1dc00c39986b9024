package dev.sidestep.agent.shaded.netty.channel.epoll;

import org.jspecify.annotations.Nullable;

/** Has the methods of Netty's class by this name; available unless a test sets a cause. */
public final class Epoll {

  /** Why there is no transport, or null. */
  public static @Nullable Throwable cause;

  private Epoll() {}

  public static boolean isAvailable() {
    return cause == null;
  }

  public static @Nullable Throwable unavailabilityCause() {
    return cause;
  }

  /** A question of the transport to itself. */
  public static boolean isFastOpenAvailable() {
    return isAvailable();
  }
}
