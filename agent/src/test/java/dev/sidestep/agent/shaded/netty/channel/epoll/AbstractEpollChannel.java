package dev.sidestep.agent.shaded.netty.channel.epoll;

import java.net.SocketAddress;

/** Has the methods of Netty's class by this name through which addresses go. */
public abstract class AbstractEpollChannel {

  protected void doBind(SocketAddress local) throws Exception {
    throw new IllegalStateException("bound to " + local);
  }

  protected boolean doConnect(SocketAddress remote, SocketAddress local) throws Exception {
    return remote != local;
  }

  /** One that can be made. */
  public static final class EpollTestChannel extends AbstractEpollChannel {
    public void bind(SocketAddress local) throws Exception {
      doBind(local);
    }

    public boolean connect(SocketAddress remote, SocketAddress local) throws Exception {
      return doConnect(remote, local);
    }
  }
}
