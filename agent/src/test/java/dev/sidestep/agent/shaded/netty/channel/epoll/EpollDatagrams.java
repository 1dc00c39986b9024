package dev.sidestep.agent.shaded.netty.channel.epoll;

/** Another class of the transport. */
public final class EpollDatagrams {
  private EpollDatagrams() {}

  public static boolean areSegmented() {
    return Epoll.isAvailable() && Epoll.unavailabilityCause() == null;
  }
}
