package dev.sidestep.compat.programs;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Uses epoll without asking, for UNIX-domain sockets and for TCP. */
public final class NettyInsisting {
  private NettyInsisting() {}

  /** Arguments: address to echo over, or none for UNIX-domain sockets and the kernel's loopback. */
  public static void main(String[] args) throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    if (args.length == 0) {
      Path socket = Files.createTempDirectory(Path.of("/tmp"), "netty").resolve("s");
      NettyEcho.run(
          group,
          EpollServerDomainSocketChannel.class,
          EpollDomainSocketChannel.class,
          new DomainSocketAddress(socket.toFile()));
      Files.deleteIfExists(socket);
      Files.delete(socket.getParent());
    }
    String host = args.length == 0 ? "127.0.0.1" : args[0];
    tryTcp(group, host);
    NettyEcho.end(group);
  }

  private static void tryTcp(EventLoopGroup group, String host) throws Exception {
    InetSocketAddress address = new InetSocketAddress(host, 0);
    Class<EpollServerSocketChannel> server = EpollServerSocketChannel.class;
    try {
      NettyEcho.run(group, server, EpollSocketChannel.class, address);
    } catch (SocketException e) {
      System.out.println("bind: " + e.getMessage());
    }
    try {
      NettyEcho.connect(group, EpollSocketChannel.class, new InetSocketAddress(host, 9));
    } catch (SocketException e) {
      System.out.println("connect: " + e.getMessage());
    }
  }
}
