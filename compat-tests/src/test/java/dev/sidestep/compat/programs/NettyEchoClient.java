package dev.sidestep.compat.programs;

import dev.sidestep.samples.RandomData;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.AttributeKey;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Several Netty connections, each with a random stream of its own that must come back. */
// What goes wrong with a write or a close also reaches exceptionCaught or the count of bytes.
@SuppressWarnings("FutureReturnValueIgnored")
public final class NettyEchoClient {
  private static final int CHUNK_BYTES = 16 << 10;

  private NettyEchoClient() {}

  /** Arguments: server's address and port, number of connections, bytes over each. */
  public static void main(String[] args) throws InterruptedException {
    int connections = Integer.parseInt(args[2]);
    long bytes = Long.parseLong(args[3]);
    AtomicInteger seed = new AtomicInteger();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new Stream(seed.incrementAndGet(), bytes));
                  }
                });
    Channel[] channels = new Channel[connections];
    for (int i = 0; i < connections; i++) {
      channels[i] = bootstrap.connect(args[0], Integer.parseInt(args[1])).sync().channel();
    }
    for (Channel channel : channels) {
      channel.closeFuture().sync();
      Stream stream = channel.attr(Stream.KEY).get();
      if (stream.received != bytes) {
        throw new IllegalStateException(stream.received + " of " + bytes + " bytes came back");
      }
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    System.out.println("echoed connections=" + connections + " bytes=" + bytes);
  }

  private static final class Stream extends SimpleChannelInboundHandler<ByteBuf> {
    static final AttributeKey<Stream> KEY = AttributeKey.valueOf("stream");

    private final RandomData data;
    private final long bytes;
    private long sent;
    private long received;

    Stream(long seed, long bytes) {
      this.data = new RandomData(seed);
      this.bytes = bytes;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.channel().attr(KEY).set(this);
      send(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      send(context);
    }

    private void send(ChannelHandlerContext context) {
      while (sent < bytes && context.channel().isWritable()) {
        int length = (int) Math.min(CHUNK_BYTES, bytes - sent);
        ByteBuffer chunk = ByteBuffer.allocate(length);
        data.fill(chunk, sent);
        sent += length;
        context.writeAndFlush(context.alloc().buffer(length).writeBytes(chunk.flip()));
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) throws Exception {
      ByteBuffer chunk = message.nioBuffer();
      int length = chunk.remaining();
      data.check(chunk, received);
      received += length;
      if (received == bytes) {
        context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      System.out.println("connection failed: " + cause);
      context.close();
    }
  }
}
