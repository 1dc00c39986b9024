package dev.sidestep.provider.channel;

import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;

/**
 * Connects a {@link StackStream}. Any thread; it holds the locks of both halves, so that nobody
 * reads or writes meanwhile.
 */
final class StreamConnect {

  private final StreamState state;
  private final StackEngine engine;
  private final StreamSocket socket;
  private final StreamInput input;
  private final StreamOutput output;

  StreamConnect(
      StreamState state,
      StackEngine engine,
      StreamSocket socket,
      StreamInput input,
      StreamOutput output) {
    this.state = state;
    this.engine = engine;
    this.socket = socket;
    this.input = input;
    this.output = output;
  }

  /** See {@link SocketBackend#connect}. */
  boolean connect(InetSocketAddress remote, int timeoutMillis) throws IOException {
    input.lock.lock();
    output.lock.lock();
    try {
      state.ensureOpen();
      boolean blocking = state.isBlocking();
      if (timeoutMillis != SocketBackend.UNTIMED) {
        state.ensureBlocking();
      }
      boolean connected = false;
      try {
        state.beginConnect(blocking, remote);
        engine.connect(socket, IpAddress.of(remote.getAddress()), remote.getPort());
        // As on Linux a non-blocking connect never succeeds at once: some programs rely on it.
        connected = blocking && awaitConnected(BlockingWait.deadlineNanos(timeoutMillis));
      } finally {
        state.endConnect(blocking, connected);
      }
      return connected;
    } finally {
      output.lock.unlock();
      input.lock.unlock();
    }
  }

  /** See {@link SocketBackend#finishConnect}. */
  boolean finishConnect() throws IOException {
    input.lock.lock();
    output.lock.lock();
    try {
      if (state.isConnected()) {
        return true;
      }
      state.ensureOpen();
      boolean blocking = state.isBlocking();
      boolean connected = false;
      try {
        state.beginFinishConnect(blocking);
        if (blocking) {
          connected = awaitConnected(BlockingWait.FOREVER);
        } else {
          connected = hasEndedAfterPoll() && checkConnected();
        }
      } finally {
        state.endConnect(blocking, connected);
      }
      return connected;
    } finally {
      output.lock.unlock();
      input.lock.unlock();
    }
  }

  private boolean awaitConnected(long deadlineNanos) throws IOException {
    while (!hasEnded() && state.isOpen()) {
      if (BlockingWait.isPast(deadlineNanos)) {
        throw new SocketTimeoutException("Connect timed out");
      }
      output.awaitOutput(deadlineNanos);
    }
    return state.isOpen() && checkConnected();
  }

  private boolean hasEndedAfterPoll() {
    if (!hasEnded()) {
      engine.pollOnce();
    }
    return hasEnded();
  }

  private boolean hasEnded() {
    return (socket.readyOps() & Readiness.CONNECT) != 0;
  }

  private boolean checkConnected() throws IOException {
    SocketError error = socket.state() == StreamSocket.State.FAILED ? state.takeError() : null;
    if (error != null) {
      throw SocketErrors.onConnect(error);
    }
    return true;
  }
}
