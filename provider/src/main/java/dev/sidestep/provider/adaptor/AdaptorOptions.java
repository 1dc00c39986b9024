package dev.sidestep.provider.adaptor;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;

/** The options of a channel as {@code java.net} has them, and SO_TIMEOUT, which no channel has. */
final class AdaptorOptions {

  private final NetworkChannel channel;

  private volatile int timeoutMillis;

  AdaptorOptions(NetworkChannel channel) {
    this.channel = channel;
  }

  <T> void set(SocketOption<T> option, T value) throws SocketException {
    try {
      channel.setOption(option, value);
    } catch (IOException e) {
      throw ExceptionTranslation.toSocketException(e);
    }
  }

  <T> T get(SocketOption<T> option) throws SocketException {
    try {
      return channel.getOption(option);
    } catch (IOException e) {
      throw ExceptionTranslation.toSocketException(e);
    }
  }

  /** Sets the size of a buffer; {@code refusal} says that none is that small. */
  void setBytes(SocketOption<Integer> option, int bytes, String refusal) throws SocketException {
    if (bytes <= 0) {
      throw new IllegalArgumentException(refusal);
    }
    set(option, bytes);
  }

  void setTimeout(int millis) throws SocketException {
    ensureOpen();
    if (millis < 0) {
      throw new IllegalArgumentException("timeout < 0");
    }
    timeoutMillis = millis;
  }

  int getTimeout() throws SocketException {
    ensureOpen();
    return timeoutMillis;
  }

  /** SO_TIMEOUT, also of a closed channel. */
  int timeoutMillis() {
    return timeoutMillis;
  }

  void ensureOpen() throws SocketException {
    if (!channel.isOpen()) {
      throw new SocketException("Socket is closed");
    }
  }
}
