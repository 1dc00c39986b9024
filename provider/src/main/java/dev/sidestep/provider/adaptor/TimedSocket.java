package dev.sidestep.provider.adaptor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What a {@code Socket} can do and a {@code SocketChannel} cannot. Any thread. */
public interface TimedSocket {

  /**
   * Connects a blocking channel; a failure closes it.
   *
   * @param timeoutMillis 0 for none
   */
  void connect(SocketAddress remote, int timeoutMillis) throws IOException;

  /**
   * Reads from a blocking channel.
   *
   * @param timeoutMillis 0 for none
   * @return the number of bytes, -1 at the end of the stream
   */
  int read(byte[] destination, int offset, int length, int timeoutMillis) throws IOException;

  /** Writes all bytes to a blocking channel. */
  void writeFully(byte[] source, int offset, int length) throws IOException;

  /** Bytes that can be read at once. */
  int available() throws IOException;

  /** Sends one byte of urgent data. */
  void sendUrgentData(int data) throws IOException;

  /** Whether the input was not shut down. */
  boolean isInputOpen();

  /** Whether the output was not shut down. */
  boolean isOutputOpen();

  /** The local end, also after closing; null if not bound. */
  @Nullable InetSocketAddress localAddress();

  /** The peer's end, also after closing; null if not connected. */
  @Nullable InetSocketAddress remoteAddress();
}
