package dev.sidestep.programs;

import dev.sidestep.samples.Options;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Netty as an HTTP server that answers each request with its path, on the NIO transport. */
public final class NettyHttpServer {
  private NettyHttpServer() {}

  /** Serves until it is ended. */
  public static void main(String[] args) throws InterruptedException {
    Options options = Servers.options("NettyHttpServer", args);
    EventLoopGroup group = new NioEventLoopGroup();
    Channel listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Pipeline())
            .bind(options.text("host"), options.smallNumber("port"))
            .sync()
            .channel();
    Servers.announce((InetSocketAddress) listener.localAddress());
    listener.closeFuture().sync();
  }

  private static final class Pipeline extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      channel.pipeline().addLast(new HttpServerCodec(), new PathEcho());
    }
  }

  private static final class PathEcho extends SimpleChannelInboundHandler<HttpObject> {
    // The void promise tells the pipeline of failures.
    @SuppressWarnings("FutureReturnValueIgnored")
    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
      if (message instanceof HttpRequest request) {
        byte[] body = request.uri().getBytes(StandardCharsets.US_ASCII);
        FullHttpResponse response =
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(body));
        response
            .headers()
            .set(HttpHeaderNames.CONTENT_TYPE, "text/plain")
            .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        context.write(response, context.voidPromise());
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }
}
