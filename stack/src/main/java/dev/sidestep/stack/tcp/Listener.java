package dev.sidestep.stack.tcp;

import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** A socket in LISTEN with its half-open connections, oldest first. */
final class Listener {

  final ListenSocket socket;
  final IpAddress address;
  final int port;

  private @Nullable HalfOpenConnection oldest;
  private @Nullable HalfOpenConnection newest;
  private int halfOpenCount;

  /** Until when an ACK nobody waits for may bring a {@linkplain SynCookies cookie} back. */
  long cookiesUntilNanos = Long.MIN_VALUE;

  /** The next listener on the same hash chain. */
  @Nullable Listener next;

  Listener(ListenSocket socket) {
    this.socket = socket;
    this.address = socket.localAddress();
    this.port = socket.localPort();
  }

  boolean isOn(long addressHigh, long addressLow, int localPort) {
    return port == localPort && address.high() == addressHigh && address.low() == addressLow;
  }

  int halfOpenCount() {
    return halfOpenCount;
  }

  @Nullable HalfOpenConnection oldest() {
    return oldest;
  }

  void add(HalfOpenConnection connection) {
    HalfOpenConnection last = newest;
    connection.older = last;
    if (last == null) {
      oldest = connection;
    } else {
      last.newer = connection;
    }
    newest = connection;
    halfOpenCount++;
  }

  void remove(HalfOpenConnection connection) {
    HalfOpenConnection before = connection.older;
    HalfOpenConnection behind = connection.newer;
    if (before == null) {
      oldest = behind;
    } else {
      before.newer = behind;
    }
    if (behind == null) {
      newest = before;
    } else {
      behind.older = before;
    }
    connection.older = null;
    connection.newer = null;
    halfOpenCount--;
  }
}
