package dev.sidestep.provider.channel;

import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import java.net.InetSocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;

/**
 * How far a {@link StackStream} is between opened and closed, and which threads are inside it. The
 * socket is released when it is closed, no thread is inside a blocking operation and no selector
 * knows it any more; the last of these does it.
 *
 * <p>Threads: any. The monitor of this object is the short one of the three locks that the JDK's
 * channels have: nothing blocks while holding it.
 */
final class StreamState {

  private enum Phase {
    UNCONNECTED,
    PENDING,
    CONNECTED,
    CLOSING,
    CLOSED
  }

  private final SidestepSocketChannel channel;
  private final StackEngine engine;
  private final StreamSocket socket;

  private volatile Phase phase = Phase.UNCONNECTED;

  /** Whether a virtual thread has used the stream in blocking mode. */
  private volatile boolean forVirtualThreads;

  /** Whether a thread is inside a blocking read or connect. */
  private boolean reading;

  private boolean writing;
  private boolean bound;
  private @Nullable InetSocketAddress localAddress;
  private @Nullable InetSocketAddress remoteAddress;

  /** Whether somebody was told the socket's error; as with SO_ERROR that happens once. */
  private boolean errorTold;

  StreamState(SidestepSocketChannel channel, StackEngine engine, StreamSocket socket) {
    this.channel = channel;
    this.engine = engine;
    this.socket = socket;
  }

  SidestepSocketChannel channel() {
    return channel;
  }

  // ---- What is so now

  boolean isUnconnected() {
    return phase == Phase.UNCONNECTED;
  }

  boolean isConnectionPending() {
    return phase == Phase.PENDING;
  }

  boolean isConnected() {
    return phase == Phase.CONNECTED;
  }

  /** Whether blocked threads must leave. */
  boolean isEnding() {
    Phase current = phase;
    return current == Phase.CLOSING || current == Phase.CLOSED;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  boolean isBlocking() {
    return channel.isBlocking();
  }

  /**
   * Whether blocking operations behave as those of virtual threads do in the JDK: since the first
   * one by a virtual thread.
   */
  boolean isForVirtualThreads() {
    return forVirtualThreads || Thread.currentThread().isVirtual();
  }

  void ensureOpen() throws ClosedChannelException {
    channel.ensureOpen();
  }

  void ensureBlocking() {
    if (!isBlocking()) {
      throw new IllegalBlockingModeException();
    }
  }

  void ensureOpenAndConnected() throws ClosedChannelException {
    switch (phase) {
      case UNCONNECTED, PENDING -> throw new NotYetConnectedException();
      case CONNECTED -> {}
      case CLOSING, CLOSED -> throw new ClosedChannelException();
    }
  }

  synchronized @Nullable InetSocketAddress localAddress() {
    if (localAddress == null && bound) {
      localAddress = Addresses.of(socket.localAddress(), socket.localPort());
    }
    return localAddress;
  }

  /** As it was given to connect; of an accepted connection, made when somebody asks. */
  synchronized @Nullable InetSocketAddress remoteAddress() {
    if (remoteAddress == null && socket.remotePort() != 0) {
      remoteAddress = Addresses.of(socket.remoteAddress(), socket.remotePort());
    }
    return remoteAddress;
  }

  /** The error that ended the connection, once. */
  synchronized @Nullable SocketError takeError() {
    if (errorTold) {
      return null;
    }
    errorTold = true;
    return socket.error();
  }

  /**
   * The same for a reader, who hears of it even if a writer already has. Linux would tell him that
   * the stream has ended; but one that was cut off must not look complete.
   */
  synchronized @Nullable SocketError errorForReader() {
    errorTold = true;
    return socket.error();
  }

  // ---- Becoming connected

  synchronized void bound() {
    bound = true;
  }

  /** A listener has accepted the connection. */
  synchronized void accepted() {
    bound = true;
    phase = Phase.CONNECTED;
  }

  void beginConnect(boolean blocking, InetSocketAddress remote) throws ClosedChannelException {
    if (blocking) {
      beginBlocking();
    }
    synchronized (this) {
      channel.ensureOpen();
      if (phase == Phase.CONNECTED) {
        throw new AlreadyConnectedException();
      }
      if (phase == Phase.PENDING) {
        throw new ConnectionPendingException();
      }
      phase = Phase.PENDING;
      remoteAddress = remote;
      reading = blocking;
    }
  }

  void beginFinishConnect(boolean blocking) throws ClosedChannelException {
    if (blocking) {
      beginBlocking();
    }
    synchronized (this) {
      channel.ensureOpen();
      if (phase != Phase.PENDING) {
        throw new NoConnectionPendingException();
      }
      reading = blocking;
    }
  }

  void endConnect(boolean blocking, boolean connected) throws AsynchronousCloseException {
    endInput(blocking, connected);
    if (connected) {
      becomeConnected();
      // What was interesting all along may be ready only now.
      channel.selectionKeys().lookAgain();
    }
  }

  private synchronized void becomeConnected() {
    if (phase == Phase.PENDING) {
      localAddress = null;
      bound = true;
      phase = Phase.CONNECTED;
    }
  }

  // ---- Threads that enter and leave

  private void beginBlocking() {
    if (!forVirtualThreads && Thread.currentThread().isVirtual()) {
      forVirtualThreads = true;
    }
    channel.beginBlocking();
  }

  void beginInput(boolean blocking) throws ClosedChannelException {
    if (blocking) {
      beginBlocking();
      synchronized (this) {
        channel.ensureOpen();
        reading = true;
      }
    }
  }

  void endInput(boolean blocking, boolean completed) throws AsynchronousCloseException {
    if (blocking) {
      synchronized (this) {
        reading = false;
      }
      releaseIfUnused();
      channel.endBlocking(completed);
    }
  }

  void beginOutput(boolean blocking) throws ClosedChannelException {
    if (blocking) {
      beginBlocking();
      synchronized (this) {
        channel.ensureOpen();
        writing = true;
      }
    }
  }

  void endOutput(boolean blocking, boolean completed) throws AsynchronousCloseException {
    if (blocking) {
      synchronized (this) {
        writing = false;
      }
      releaseIfUnused();
      channel.endBlocking(completed);
    }
  }

  // ---- Closing

  /** From now on blocked threads leave. Returns whether the stream was connected. */
  synchronized boolean beginClosing() {
    boolean connected = isConnected();
    phase = Phase.CLOSING;
    return connected;
  }

  /**
   * Releases the socket if it is closed and nobody uses it; returns whether that is so. Whoever
   * does it waits for the time of SO_LINGER, as close(2) does.
   */
  boolean releaseIfUnused() {
    if (tryRelease()) {
      Linger.await(engine, socket);
    }
    return phase == Phase.CLOSED;
  }

  private synchronized boolean tryRelease() {
    boolean unused = phase == Phase.CLOSING && !reading && !writing && !channel.isRegistered();
    if (unused) {
      phase = Phase.CLOSED;
      socket.close();
    }
    return unused;
  }
}
