package dev.sidestep.provider.adaptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link ServerSocket} in front of a channel of ours; every public method is overridden. */
public final class ServerSocketAdaptor extends ServerSocket {

  private static final int DEFAULT_BACKLOG = 50;

  private final ServerSocketChannel channel;
  private final TimedServerSocket timed;
  private final AdaptorOptions options;

  /** A view of {@code channel}. */
  public ServerSocketAdaptor(ServerSocketChannel channel, TimedServerSocket timed) {
    super(new NoSocketImpl());
    this.channel = channel;
    this.timed = timed;
    this.options = new AdaptorOptions(channel);
  }

  @Override
  public void bind(@Nullable SocketAddress local) throws IOException {
    bind(local, DEFAULT_BACKLOG);
  }

  @Override
  public void bind(@Nullable SocketAddress local, int backlog) throws IOException {
    try {
      channel.bind(local == null ? new InetSocketAddress(0) : local, backlog);
    } catch (RuntimeException e) {
      throw ExceptionTranslation.translate(e);
    }
  }

  @Override
  public Socket accept() throws IOException {
    try {
      int timeout = options.timeoutMillis();
      SocketChannel accepted = timeout > 0 ? timed.accept(timeout) : channel.accept();
      if (accepted == null) {
        // A non-blocking channel accepts if it can, and else says this: the JDK's old habit.
        throw new IllegalBlockingModeException();
      }
      return accepted.socket();
    } catch (RuntimeException e) {
      throw ExceptionTranslation.translate(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public ServerSocketChannel getChannel() {
    return channel;
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    InetSocketAddress local = timed.localAddress();
    return local == null ? null : local.getAddress();
  }

  @Override
  public int getLocalPort() {
    InetSocketAddress local = timed.localAddress();
    return local == null ? -1 : local.getPort();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return timed.localAddress();
  }

  @Override
  public boolean isBound() {
    return timed.localAddress() != null;
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public void setSoTimeout(int timeout) throws SocketException {
    options.setTimeout(timeout);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return options.getTimeout();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    options.set(StandardSocketOptions.SO_REUSEADDR, on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return options.get(StandardSocketOptions.SO_REUSEADDR);
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    options.setBytes(StandardSocketOptions.SO_RCVBUF, size, "size cannot be 0 or negative");
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return options.get(StandardSocketOptions.SO_RCVBUF);
  }

  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
    // As in the JDK's own views this has no effect.
  }

  @Override
  public <T> ServerSocket setOption(SocketOption<T> name, T value) throws IOException {
    channel.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return channel.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return channel.supportedOptions();
  }

  @Override
  public String toString() {
    return isBound()
        ? "ServerSocket[addr=" + getInetAddress() + ",localport=" + getLocalPort() + "]"
        : "ServerSocket[unbound]";
  }
}
