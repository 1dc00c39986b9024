package dev.sidestep.provider.channel;

import dev.sidestep.stack.socket.SocketError;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;

/** The JDK's exceptions for the stack's errors: same class and same words at the same call. */
final class SocketErrors {

  private SocketErrors() {}

  /** What connect and finishConnect throw. */
  static IOException onConnect(SocketError error) {
    return switch (error) {
      case ECONNREFUSED -> new ConnectException("Connection refused");
      case ETIMEDOUT -> new ConnectException("Connection timed out");
      case EHOSTUNREACH -> new NoRouteToHostException("No route to host");
      case EADDRNOTAVAIL -> new BindException(words(error));
      default -> new SocketException(words(error));
    };
  }

  /** What read throws; a reset is a class of its own there. */
  static IOException onRead(SocketError error) {
    return error == SocketError.ECONNRESET
        ? new SocketException("Connection reset")
        : new IOException(words(error));
  }

  /** What write throws. */
  static IOException onWrite(SocketError error) {
    return new IOException(words(error));
  }

  /** What write throws once the error itself has been told, or after the peer's FIN. */
  static IOException brokenPipe() {
    return new IOException("Broken pipe");
  }

  /** strerror(3). */
  private static String words(SocketError error) {
    return switch (error) {
      case ECONNREFUSED -> "Connection refused";
      case ECONNRESET -> "Connection reset by peer";
      case ECONNABORTED -> "Software caused connection abort";
      case ETIMEDOUT -> "Connection timed out";
      case EHOSTUNREACH -> "No route to host";
      case ENETUNREACH -> "Network is unreachable";
      case ENETDOWN -> "Network is down";
      case EADDRNOTAVAIL -> "Cannot assign requested address";
    };
  }
}
