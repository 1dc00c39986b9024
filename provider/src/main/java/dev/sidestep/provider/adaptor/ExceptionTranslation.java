package dev.sidestep.provider.adaptor;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/** Exceptions of channels in the words of {@code java.net}, as the JDK's views translate them. */
final class ExceptionTranslation {

  private ExceptionTranslation() {}

  /** For operations that may throw any I/O exception. Returns what to throw, if unchecked. */
  static RuntimeException translate(RuntimeException e) throws SocketException {
    String message = message(e);
    if (message == null) {
      return e;
    }
    throw withCause(message, e);
  }

  /** For option methods, which may throw {@code SocketException} only. */
  static SocketException toSocketException(IOException e) {
    if (e instanceof SocketException already) {
      return already;
    }
    return withCause(e instanceof ClosedChannelException ? "Socket is closed" : e.getMessage(), e);
  }

  private static SocketException withCause(@Nullable String message, Exception cause) {
    SocketException translated = new SocketException(message);
    translated.initCause(cause);
    return translated;
  }

  private static @Nullable String message(RuntimeException e) {
    if (e instanceof NotYetConnectedException) {
      return "Socket is not connected";
    }
    if (e instanceof AlreadyBoundException) {
      return "Already bound";
    }
    if (e instanceof AlreadyConnectedException) {
      return "Already connected";
    }
    if (e instanceof NotYetBoundException) {
      return "Socket is not bound yet";
    }
    if (e instanceof UnsupportedAddressTypeException) {
      return "Unsupported address type";
    }
    return e instanceof UnresolvedAddressException ? "Unresolved address" : null;
  }
}
