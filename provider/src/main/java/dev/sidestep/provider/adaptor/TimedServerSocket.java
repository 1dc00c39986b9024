package dev.sidestep.provider.adaptor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** What a {@code ServerSocket} can do and a {@code ServerSocketChannel} cannot. Any thread. */
public interface TimedServerSocket {

  /**
   * Accepts on a blocking channel.
   *
   * @param timeoutMillis above 0
   * @throws java.net.SocketTimeoutException when it passes
   */
  SocketChannel accept(int timeoutMillis) throws IOException;

  /** The local end, also after closing; null if not bound. */
  @Nullable InetSocketAddress localAddress();
}
