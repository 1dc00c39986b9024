package dev.sidestep.provider.channel;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A socket that is neither bound nor connected, so nobody knows who will carry it. */
final class UnroutedSocket implements SocketBackend {

  private final SidestepSocketChannel channel;
  private final OptionStore options;

  UnroutedSocket(SidestepSocketChannel channel, OptionDefaults defaults) {
    this.channel = channel;
    this.options = new OptionStore(defaults);
  }

  /** What has been set so far. */
  OptionStore options() {
    return options;
  }

  private NotYetConnectedException notConnected() throws ClosedChannelException {
    channel.ensureOpen();
    return new NotYetConnectedException();
  }

  @Override
  public int read(ByteBuffer destination) throws IOException {
    throw notConnected();
  }

  @Override
  public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
    throw notConnected();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    throw notConnected();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    throw notConnected();
  }

  @Override
  public int read(byte[] destination, int offset, int length, int timeoutMillis)
      throws IOException {
    throw notConnected();
  }

  @Override
  public void writeFully(byte[] source, int offset, int length) throws IOException {
    throw notConnected();
  }

  @Override
  public int available() throws IOException {
    throw notConnected();
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    throw notConnected();
  }

  @Override
  public boolean connect(SocketAddress remote, int timeoutMillis) {
    throw new IllegalStateException("a connect decides who carries the socket");
  }

  @Override
  public boolean finishConnect() throws IOException {
    channel.ensureOpen();
    throw new NoConnectionPendingException();
  }

  @Override
  public void shutdownInput() throws IOException {
    throw notConnected();
  }

  @Override
  public void shutdownOutput() throws IOException {
    throw notConnected();
  }

  @Override
  public boolean isConnected() {
    return false;
  }

  @Override
  public boolean isConnectionPending() {
    return false;
  }

  @Override
  public boolean isInputOpen() {
    return true;
  }

  @Override
  public boolean isOutputOpen() {
    return true;
  }

  @Override
  public @Nullable SocketAddress localAddress() {
    return null;
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
    return null;
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return options.defaults().supported();
  }

  @Override
  public synchronized void setOption(SocketOption<?> option, Object value) throws SocketException {
    options.set(option, value);
  }

  @Override
  public synchronized @Nullable Object getOption(SocketOption<?> option) {
    return options.get(option);
  }

  @Override
  public void configureBlocking(boolean block) {
    // The channel remembers; whoever carries the socket in the end is told.
  }

  @Override
  public void close() {
    // Nothing was opened.
  }

  @Override
  public void kill() {
    // Nothing was opened.
  }

  @Override
  public int stackReadyOps() {
    return UNCONNECTED_OPS;
  }
}
