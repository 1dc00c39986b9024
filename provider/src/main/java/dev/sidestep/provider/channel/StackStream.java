package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A socket that the stack carries. The locks are those of the JDK's channels: one for the reading
 * or connecting thread, one for the writing or connecting thread, and a short one for the state.
 * The socket is released when it is closed, no thread is inside a read or write, and no selector
 * knows it any more; the last of these does it.
 */
final class StackStream implements SocketBackend {

  private enum State {
    UNCONNECTED,
    PENDING,
    CONNECTED,
    CLOSING,
    CLOSED
  }

  private static final int ANY_FAILURE_OPS =
      SelectionKey.OP_READ | SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

  private final SidestepSocketChannel channel;
  private final StackEngine engine;
  private final StreamSocket socket;
  private final OptionStore options;
  private final StreamInput input;
  private final StreamOutput output;

  /** Guards changes of what follows; nothing blocks while holding it. */
  private final Object stateLock = new Object();

  private volatile State state;
  private boolean reading;
  private boolean writing;
  private boolean bound;
  private @Nullable InetSocketAddress localAddress;
  private @Nullable InetSocketAddress remoteAddress;

  /** Whether somebody was told the socket's error; as with SO_ERROR that happens once. */
  private boolean errorTold;

  private StackStream(
      SidestepSocketChannel channel,
      StackEngine engine,
      StreamSocket socket,
      OptionStore options,
      State state) {
    this.channel = channel;
    this.engine = engine;
    this.socket = socket;
    this.options = options;
    this.state = state;
    this.input = new StreamInput(this, engine, socket);
    this.output = new StreamOutput(this, engine, socket);
  }

  /** A socket that is neither bound nor connected, with the options set so far. */
  static StackStream unconnected(
      SidestepSocketChannel channel, StackEngine engine, OptionStore options) {
    StreamSocket socket = engine.openStream();
    options.applyTo(socket.options());
    return new StackStream(channel, engine, socket, options, State.UNCONNECTED);
  }

  /** A connection that a listener has accepted. */
  static StackStream accepted(
      SidestepSocketChannel channel, StackEngine engine, StreamSocket socket, OptionStore options) {
    StackStream stream = new StackStream(channel, engine, socket, options, State.CONNECTED);
    stream.bound = true;
    stream.remoteAddress = Addresses.of(socket.remoteAddress(), socket.remotePort());
    return stream;
  }

  StreamSocket socket() {
    return socket;
  }

  StackEngine engine() {
    return engine;
  }

  void bind(IpAddress address, int port) throws IOException {
    synchronized (stateLock) {
      engine.bind(socket, address, port);
      bound = true;
    }
  }

  // ---- For the two halves

  void ensureOpenAndConnected() throws ClosedChannelException {
    switch (state) {
      case UNCONNECTED, PENDING -> throw new NotYetConnectedException();
      case CONNECTED -> {}
      case CLOSING, CLOSED -> throw new ClosedChannelException();
    }
  }

  void ensureBlocking() {
    if (!isBlocking()) {
      throw new IllegalBlockingModeException();
    }
  }

  boolean isBlocking() {
    return channel.isBlocking();
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Whether blocked threads must leave. */
  boolean isEnding() {
    State current = state;
    return current == State.CLOSING || current == State.CLOSED;
  }

  void beginInput(boolean blocking) throws ClosedChannelException {
    if (blocking) {
      channel.beginBlocking();
      synchronized (stateLock) {
        channel.ensureOpen();
        reading = true;
      }
    }
  }

  void endInput(boolean blocking, boolean completed) throws AsynchronousCloseException {
    if (blocking) {
      synchronized (stateLock) {
        reading = false;
        tryFinishClose();
      }
      channel.endBlocking(completed);
    }
  }

  void beginOutput(boolean blocking) throws ClosedChannelException {
    if (blocking) {
      channel.beginBlocking();
    }
    synchronized (stateLock) {
      if (blocking) {
        channel.ensureOpen();
      }
      if (output.isShutDown()) {
        // The class the JDK's channels throw.
        throw new AsynchronousCloseException();
      }
      writing = blocking;
    }
  }

  void endOutput(boolean blocking, boolean completed) throws AsynchronousCloseException {
    if (blocking) {
      synchronized (stateLock) {
        writing = false;
        tryFinishClose();
      }
      channel.endBlocking(completed);
    }
  }

  void await(Waiter waiter, long deadlineNanos) {
    if (!engine.await(waiter, deadlineNanos) && Thread.currentThread().isInterrupted()) {
      // The interrupting thread is about to close the channel.
      Thread.onSpinWait();
    }
  }

  /** The error that ended the connection, once. */
  @Nullable SocketError takeError() {
    synchronized (stateLock) {
      if (errorTold) {
        return null;
      }
      errorTold = true;
      return socket.error();
    }
  }

  private static long deadlineNanos(int timeoutMillis) {
    return timeoutMillis <= 0
        ? Long.MAX_VALUE
        : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  static boolean isPast(long deadlineNanos) {
    return deadlineNanos != Long.MAX_VALUE && System.nanoTime() - deadlineNanos >= 0;
  }

  // ---- Reading and writing

  @Override
  public int read(ByteBuffer destination) throws IOException {
    return (int) input.read(destination, null, 0, 1, Long.MAX_VALUE);
  }

  @Override
  public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
    return input.read(null, destinations, offset, length, Long.MAX_VALUE);
  }

  @Override
  public int read(byte[] destination, int offset, int length, int timeoutMillis)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(destination, offset, length);
    return input.timedRead(buffer, deadlineNanos(timeoutMillis));
  }

  @Override
  public int available() throws IOException {
    return input.available();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return (int) output.write(source, null, 0, 1);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return output.write(null, sources, offset, length);
  }

  @Override
  public void writeFully(byte[] source, int offset, int length) throws IOException {
    output.writeFully(ByteBuffer.wrap(source, offset, length));
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    ensureOpenAndConnected();
    throw new SocketException("Urgent data not supported");
  }

  // ---- Connecting

  private void beginConnect(boolean blocking, InetSocketAddress remote)
      throws ClosedChannelException {
    if (blocking) {
      channel.beginBlocking();
    }
    synchronized (stateLock) {
      channel.ensureOpen();
      if (state == State.CONNECTED) {
        throw new AlreadyConnectedException();
      }
      if (state == State.PENDING) {
        throw new ConnectionPendingException();
      }
      state = State.PENDING;
      remoteAddress = remote;
      reading = blocking;
    }
  }

  private void endConnect(boolean blocking, boolean connected) throws AsynchronousCloseException {
    endInput(blocking, connected);
    if (connected) {
      synchronized (stateLock) {
        if (state == State.PENDING) {
          localAddress = null;
          bound = true;
          state = State.CONNECTED;
        }
      }
      // What was interesting all along may be ready only now.
      channel.selectionKeys().lookAgain();
    }
  }

  @Override
  public boolean connect(SocketAddress remote, int timeoutMillis) throws IOException {
    InetSocketAddress to = (InetSocketAddress) remote;
    input.lock.lock();
    output.lock.lock();
    try {
      channel.ensureOpen();
      boolean blocking = channel.isBlocking();
      if (timeoutMillis != UNTIMED) {
        ensureBlocking();
      }
      boolean connected = false;
      try {
        beginConnect(blocking, to);
        engine.connect(socket, IpAddress.of(to.getAddress()), to.getPort());
        // As on Linux a non-blocking connect never succeeds at once: some programs rely on it.
        connected = blocking && awaitConnected(deadlineNanos(timeoutMillis));
      } finally {
        endConnect(blocking, connected);
      }
      return connected;
    } finally {
      output.lock.unlock();
      input.lock.unlock();
    }
  }

  private boolean awaitConnected(long deadlineNanos) throws IOException {
    while (!hasConnectEnded() && channel.isOpen()) {
      if (isPast(deadlineNanos)) {
        throw new SocketTimeoutException("Connect timed out");
      }
      output.awaitOutput(deadlineNanos);
    }
    return channel.isOpen() && checkConnected();
  }

  private boolean hasConnectEnded() {
    return (socket.readyOps() & Readiness.CONNECT) != 0;
  }

  private boolean checkConnected() throws IOException {
    SocketError error = socket.state() == StreamSocket.State.FAILED ? takeError() : null;
    if (error != null) {
      throw SocketErrors.onConnect(error);
    }
    return true;
  }

  @Override
  public boolean finishConnect() throws IOException {
    input.lock.lock();
    output.lock.lock();
    try {
      if (isConnected()) {
        return true;
      }
      channel.ensureOpen();
      boolean blocking = channel.isBlocking();
      boolean connected = false;
      try {
        beginFinishConnect(blocking);
        if (blocking) {
          connected = awaitConnected(Long.MAX_VALUE);
        } else {
          connected = isConnectEndedAfterPoll() && checkConnected();
        }
      } finally {
        endConnect(blocking, connected);
      }
      return connected;
    } finally {
      output.lock.unlock();
      input.lock.unlock();
    }
  }

  private void beginFinishConnect(boolean blocking) throws ClosedChannelException {
    if (blocking) {
      channel.beginBlocking();
    }
    synchronized (stateLock) {
      channel.ensureOpen();
      if (state != State.PENDING) {
        throw new NoConnectionPendingException();
      }
      reading = blocking;
    }
  }

  private boolean isConnectEndedAfterPoll() {
    if (!hasConnectEnded()) {
      engine.pollOnce();
    }
    return hasConnectEnded();
  }

  // ---- Ending

  @Override
  public void shutdownInput() throws IOException {
    synchronized (stateLock) {
      ensureConnectedToShutDown();
      if (!input.isShutDown()) {
        input.shutDown();
      }
    }
    wakeBlockedThreads();
  }

  @Override
  public void shutdownOutput() throws IOException {
    synchronized (stateLock) {
      ensureConnectedToShutDown();
      if (!output.isShutDown()) {
        output.shutDown();
      }
    }
    wakeBlockedThreads();
  }

  private void wakeBlockedThreads() {
    socket.readiness().signal(Readiness.READ | Readiness.WRITE | Readiness.CONNECT);
  }

  private void ensureConnectedToShutDown() throws ClosedChannelException {
    channel.ensureOpen();
    if (!isConnected()) {
      throw new NotYetConnectedException();
    }
  }

  @Override
  public void configureBlocking(boolean block) throws IOException {
    input.lock.lock();
    output.lock.lock();
    try {
      channel.ensureOpen();
    } finally {
      output.lock.unlock();
      input.lock.unlock();
    }
  }

  @Override
  public void close() {
    if (channel.isBlocking()) {
      closeBlocking();
    } else {
      closeNonBlocking();
    }
  }

  private void closeBlocking() {
    synchronized (stateLock) {
      state = State.CLOSING;
      tryFinishClose();
    }
    wakeBlockedThreads();
  }

  private void closeNonBlocking() {
    boolean connected;
    synchronized (stateLock) {
      connected = state == State.CONNECTED;
      state = State.CLOSING;
    }
    waitForOperations();
    synchronized (stateLock) {
      tryFinishClose();
      if (state == State.CLOSING && connected && socket.options().lingerSeconds != 0) {
        // A selector still knows the channel; the peer learns of the end all the same.
        socket.options().lingerSeconds = -1;
        socket.shutdownOutput();
      }
    }
  }

  /** Operations of a non-blocking channel are short. */
  private void waitForOperations() {
    passThrough(input.lock);
    passThrough(output.lock);
  }

  private static void passThrough(ReentrantLock lock) {
    lock.lock();
    try {
      // Whoever held it has left.
    } finally {
      lock.unlock();
    }
  }

  /** State lock: releases the socket if it is closed and nobody uses it any more. */
  private void tryFinishClose() {
    if (state == State.CLOSING && !reading && !writing && !channel.isRegistered()) {
      state = State.CLOSED;
      socket.close();
    }
  }

  @Override
  public void kill() {
    waitForOperations();
    synchronized (stateLock) {
      tryFinishClose();
    }
  }

  // ---- State

  @Override
  public boolean isConnected() {
    return state == State.CONNECTED;
  }

  @Override
  public boolean isConnectionPending() {
    return state == State.PENDING;
  }

  @Override
  public boolean isInputOpen() {
    return !input.isShutDown();
  }

  @Override
  public boolean isOutputOpen() {
    return !output.isShutDown();
  }

  @Override
  public @Nullable SocketAddress localAddress() {
    synchronized (stateLock) {
      if (localAddress == null && bound) {
        localAddress = Addresses.of(socket.localAddress(), socket.localPort());
      }
      return localAddress;
    }
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
    synchronized (stateLock) {
      return remoteAddress;
    }
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return options.defaults().supported();
  }

  @Override
  public void setOption(SocketOption<?> option, Object value) throws IOException {
    synchronized (stateLock) {
      options.set(option, value);
      options.applyTo(socket.options());
      if (state != State.UNCONNECTED) {
        socket.submit(Command.OPTIONS);
      }
    }
  }

  @Override
  public @Nullable Object getOption(SocketOption<?> option) {
    synchronized (stateLock) {
      return options.get(option);
    }
  }

  @Override
  public int stackReadyOps() {
    if (socket.state() == StreamSocket.State.FAILED) {
      return ANY_FAILURE_OPS;
    }
    int ready = socket.readyOps();
    int ops = 0;
    if (state == State.CONNECTED) {
      ops = (ready & Readiness.READ) != 0 ? SelectionKey.OP_READ : 0;
      ops |= (ready & Readiness.WRITE) != 0 ? SelectionKey.OP_WRITE : 0;
    } else if (state == State.PENDING && (ready & Readiness.CONNECT) != 0) {
      ops = SelectionKey.OP_CONNECT;
    }
    return ops;
  }
}
