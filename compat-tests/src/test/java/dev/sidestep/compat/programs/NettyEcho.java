package dev.sidestep.compat.programs;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One message there and back over any of Netty's transports. */
// What goes wrong with a write or a close keeps the answer from coming.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyEcho {
  private static final int BYTES = 1000;

  private NettyEcho() {}

  static void run(
      EventLoopGroup group,
      Class<? extends ServerChannel> server,
      Class<? extends Channel> client,
      SocketAddress address)
      throws Exception {
    Channel listening =
        new ServerBootstrap()
            .group(group)
            .channel(server)
            .childHandler(new Answer())
            .bind(address)
            .sync()
            .channel();
    Channel connected = connect(group, client, listening.localAddress());
    connected.close().sync();
    listening.close().sync();
    System.out.println("echoed by " + client.getSimpleName());
  }

  /** Connects, and waits for a message to come back. */
  static Channel connect(
      EventLoopGroup group, Class<? extends Channel> client, SocketAddress address)
      throws Exception {
    CompletableFuture<Integer> echoed = new CompletableFuture<>();
    Bootstrap bootstrap = new Bootstrap().group(group).channel(client).handler(new Read(echoed));
    Channel connected = bootstrap.connect(address).sync().channel();
    connected.writeAndFlush(connected.alloc().buffer(BYTES).writeZero(BYTES)).sync();
    echoed.get(20, TimeUnit.SECONDS);
    return connected;
  }

  static void end(EventLoopGroup group) throws InterruptedException {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  @Sharable
  private static final class Answer extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message);
    }
  }

  private static final class Read extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<Integer> echoed;
    private int received;

    Read(CompletableFuture<Integer> echoed) {
      this.echoed = echoed;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
      received += message.readableBytes();
      if (received == BYTES) {
        echoed.complete(received);
      }
    }
  }
}
