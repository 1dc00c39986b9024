package dev.sidestep.provider.channel;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What carries a {@link SidestepSocketChannel}: nothing yet, a socket of the stack or a channel of
 * the kernel. The methods have the contracts of {@code SocketChannel}; the channel has checked
 * addresses and options.
 *
 * <p>Threads: any.
 */
interface SocketBackend {

  /** In place of a timeout in milliseconds: a channel's operation, which knows none. */
  int UNTIMED = -1;

  /**
   * What a socket is ready for that was not connected yet. Linux says EPOLLHUP of it, which the
   * JDK's channels translate into whatever was asked.
   */
  int UNCONNECTED_OPS = SelectionKey.OP_READ | SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

  int read(ByteBuffer destination) throws IOException;

  long read(ByteBuffer[] destinations, int offset, int length) throws IOException;

  int write(ByteBuffer source) throws IOException;

  long write(ByteBuffer[] sources, int offset, int length) throws IOException;

  /**
   * Reads as a {@code Socket}'s stream does.
   *
   * @param timeoutMillis 0 for none
   * @throws java.net.SocketTimeoutException when it passes
   * @throws java.nio.channels.IllegalBlockingModeException if the channel is non-blocking
   */
  int read(byte[] destination, int offset, int length, int timeoutMillis) throws IOException;

  /** Writes everything, as a {@code Socket}'s stream does. */
  void writeFully(byte[] source, int offset, int length) throws IOException;

  /** Bytes that can be read at once. */
  int available() throws IOException;

  void sendUrgentData(int data) throws IOException;

  /**
   * Connects.
   *
   * @param timeoutMillis {@link #UNTIMED}, or as {@code Socket.connect} with 0 for none
   */
  boolean connect(SocketAddress remote, int timeoutMillis) throws IOException;

  boolean finishConnect() throws IOException;

  void shutdownInput() throws IOException;

  void shutdownOutput() throws IOException;

  boolean isConnected();

  boolean isConnectionPending();

  boolean isInputOpen();

  boolean isOutputOpen();

  /** Also after closing; null if not bound. */
  @Nullable SocketAddress localAddress() throws IOException;

  /** Also after closing; null if not connected. */
  @Nullable SocketAddress remoteAddress() throws IOException;

  Set<SocketOption<?>> supportedOptions();

  void setOption(SocketOption<?> option, Object value) throws IOException;

  @Nullable Object getOption(SocketOption<?> option) throws IOException;

  /** Waits for reads and writes under way, then changes the mode. */
  void configureBlocking(boolean block) throws IOException;

  /** Ends blocked operations at once; releases the socket now or when the last of them has left. */
  void close() throws IOException;

  /** The closed channel has left its last selector. */
  void kill();

  /** See {@link dev.sidestep.provider.selector.SidestepChannel#stackReadyOps}. */
  int stackReadyOps();
}
