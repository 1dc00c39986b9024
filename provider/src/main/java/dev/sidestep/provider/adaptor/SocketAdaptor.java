package dev.sidestep.provider.adaptor;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Socket} in front of a channel of ours. Every public method is overridden, so the socket
 * it inherits from never gets an implementation of its own.
 */
public final class SocketAdaptor extends Socket {

  private final SocketChannel channel;
  private final TimedSocket timed;
  private final AdaptorOptions options;

  private SocketAdaptor(SocketChannel channel, TimedSocket timed) throws SocketException {
    super((SocketImpl) null);
    this.channel = channel;
    this.timed = timed;
    this.options = new AdaptorOptions(channel);
  }

  /** A view of {@code channel}. */
  public static Socket of(SocketChannel channel, TimedSocket timed) {
    try {
      return new SocketAdaptor(channel, timed);
    } catch (SocketException e) {
      throw new AssertionError("only thrown where an implementation is made", e);
    }
  }

  // ---- Connecting

  @Override
  public void connect(SocketAddress remote) throws IOException {
    connect(remote, 0);
  }

  @Override
  public void connect(@Nullable SocketAddress remote, int timeout) throws IOException {
    if (remote == null) {
      throw new IllegalArgumentException("connect: The address can't be null");
    }
    if (remote instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw unresolved(inet);
    }
    if (timeout < 0) {
      throw new IllegalArgumentException("connect: timeout can't be negative");
    }
    try {
      timed.connect(remote, timeout);
    } catch (RuntimeException e) {
      throw ExceptionTranslation.translate(e);
    }
  }

  private IOException unresolved(InetSocketAddress remote) throws IOException {
    if (isClosed()) {
      return new SocketException("Socket is closed");
    }
    if (isConnected()) {
      return new SocketException("Already connected");
    }
    close();
    return new UnknownHostException(remote.toString());
  }

  @Override
  public void bind(@Nullable SocketAddress local) throws IOException {
    try {
      channel.bind(local);
    } catch (RuntimeException e) {
      throw ExceptionTranslation.translate(e);
    }
  }

  // ---- Streams

  @Override
  public InputStream getInputStream() throws IOException {
    ensureConnected();
    if (!timed.isInputOpen()) {
      throw new SocketException("Socket input is shutdown");
    }
    return new AdaptorInputStream();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    ensureConnected();
    if (!timed.isOutputOpen()) {
      throw new SocketException("Socket output is shutdown");
    }
    return new AdaptorOutputStream();
  }

  private void ensureConnected() throws SocketException {
    options.ensureOpen();
    if (!channel.isConnected()) {
      throw new SocketException("Socket is not connected");
    }
  }

  private final class AdaptorInputStream extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) > 0 ? one[0] & 0xff : -1;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      Objects.checkFromIndexSize(off, len, b.length);
      return len == 0 ? 0 : timed.read(b, off, len, options.timeoutMillis());
    }

    @Override
    public int available() throws IOException {
      return timed.available();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private final class AdaptorOutputStream extends OutputStream {

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
      Objects.checkFromIndexSize(off, len, b.length);
      if (len > 0) {
        timed.writeFully(b, off, len);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    timed.sendUrgentData(data);
  }

  // ---- Ending

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public void shutdownInput() throws IOException {
    try {
      channel.shutdownInput();
    } catch (RuntimeException e) {
      throw ExceptionTranslation.translate(e);
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    try {
      channel.shutdownOutput();
    } catch (RuntimeException e) {
      throw ExceptionTranslation.translate(e);
    }
  }

  // ---- State

  @Override
  public SocketChannel getChannel() {
    return channel;
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    InetSocketAddress remote = timed.remoteAddress();
    return remote == null ? null : remote.getAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    InetSocketAddress local = channel.isOpen() ? timed.localAddress() : null;
    return local == null ? new InetSocketAddress(0).getAddress() : local.getAddress();
  }

  @Override
  public int getPort() {
    InetSocketAddress remote = timed.remoteAddress();
    return remote == null ? 0 : remote.getPort();
  }

  @Override
  public int getLocalPort() {
    InetSocketAddress local = timed.localAddress();
    return local == null ? -1 : local.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return timed.remoteAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return timed.localAddress();
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
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
  public boolean isInputShutdown() {
    return !timed.isInputOpen();
  }

  @Override
  public boolean isOutputShutdown() {
    return !timed.isOutputOpen();
  }

  @Override
  public String toString() {
    return channel.isConnected()
        ? "Socket[addr="
            + getInetAddress()
            + ",port="
            + getPort()
            + ",localport="
            + getLocalPort()
            + "]"
        : "Socket[unconnected]";
  }

  // ---- Options

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    options.set(StandardSocketOptions.TCP_NODELAY, on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return options.get(StandardSocketOptions.TCP_NODELAY);
  }

  @Override
  public void setSoLinger(boolean on, int linger) throws SocketException {
    options.set(StandardSocketOptions.SO_LINGER, on ? linger : -1);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return options.get(StandardSocketOptions.SO_LINGER);
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    options.set(oobInline(), on);
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    return options.get(oobInline());
  }

  /** The JDK keeps the option to itself, but lists it. */
  @SuppressWarnings("unchecked") // the JDK's option of this name is a Boolean
  private SocketOption<Boolean> oobInline() {
    for (SocketOption<?> option : channel.supportedOptions()) {
      if (option.name().equals("SO_OOBINLINE")) {
        return (SocketOption<Boolean>) option;
      }
    }
    throw new UnsupportedOperationException("'SO_OOBINLINE' not supported");
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
  public void setSendBufferSize(int size) throws SocketException {
    options.setBytes(StandardSocketOptions.SO_SNDBUF, size, "Invalid send size");
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return options.get(StandardSocketOptions.SO_SNDBUF);
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    options.setBytes(StandardSocketOptions.SO_RCVBUF, size, "Invalid receive size");
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return options.get(StandardSocketOptions.SO_RCVBUF);
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    options.set(StandardSocketOptions.SO_KEEPALIVE, on);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return options.get(StandardSocketOptions.SO_KEEPALIVE);
  }

  @Override
  public void setTrafficClass(int tc) throws SocketException {
    options.set(StandardSocketOptions.IP_TOS, tc);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return options.get(StandardSocketOptions.IP_TOS);
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
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
    // As in the JDK's own views this has no effect.
  }

  @Override
  public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
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
}
