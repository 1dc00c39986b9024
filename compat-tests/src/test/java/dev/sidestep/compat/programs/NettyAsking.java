package dev.sidestep.compat.programs;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import java.net.InetSocketAddress;

/** Takes the native transport if there is one, as frameworks on Netty do. */
public final class NettyAsking {
  private NettyAsking() {}

  /** Arguments: address to echo over. */
  public static void main(String[] args) throws Exception {
    boolean epoll = Epoll.isAvailable();
    System.out.println("io_uring " + IoUring.isAvailable());
    System.out.println("epoll " + epoll + ", " + Epoll.unavailabilityCause());
    IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Class<? extends ServerSocketChannel> server =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    Class<? extends SocketChannel> client =
        epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, factory);
    NettyEcho.run(group, server, client, new InetSocketAddress(args[0], 0));
    NettyEcho.end(group);
  }
}
