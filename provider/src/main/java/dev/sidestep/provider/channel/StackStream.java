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

  /** What a read or write attempt returns when it would block. */
  private static final int UNAVAILABLE = -2;

  private static final int EOF = -1;

  private static final int ANY_FAILURE_OPS =
      SelectionKey.OP_READ | SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

  private final SidestepSocketChannel channel;
  private final StackEngine engine;
  private final StreamSocket socket;
  private final OptionStore options;

  private final ReentrantLock readLock = new ReentrantLock();
  private final ReentrantLock writeLock = new ReentrantLock();

  /** Guards changes of what follows; nothing blocks while holding it. */
  private final Object stateLock = new Object();

  private volatile State state;
  private boolean reading;
  private boolean writing;
  private boolean bound;
  private @Nullable InetSocketAddress localAddress;
  private @Nullable InetSocketAddress remoteAddress;

  private volatile boolean inputClosed;
  private volatile boolean outputClosed;

  /** Read lock: a reset is told on every read, as the JDK does. */
  private boolean connectionReset;

  /** Whether somebody was told the socket's error; as with SO_ERROR that happens once. */
  private boolean errorTold;

  private @Nullable Waiter inputWaiter;
  private @Nullable Waiter outputWaiter;

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

  private void ensureOpenAndConnected() throws ClosedChannelException {
    switch (state) {
      case UNCONNECTED, PENDING -> throw new NotYetConnectedException();
      case CONNECTED -> {}
      case CLOSING, CLOSED -> throw new ClosedChannelException();
    }
  }

  // ---- Waiting

  /** A blocked reader, or a blocked writer or connecting thread. */
  private final class IoWaiter extends Waiter {
    private final boolean input;

    IoWaiter(boolean input) {
      this.input = input;
    }

    @Override
    public boolean isReady() {
      int ready = socket.readyOps();
      State current = state;
      if (current == State.CLOSING || current == State.CLOSED) {
        return true;
      }
      if (input) {
        return inputClosed || (ready & Readiness.READ) != 0;
      }
      int wanted = current == State.CONNECTED ? Readiness.WRITE : Readiness.CONNECT;
      return outputClosed || (ready & wanted) != 0;
    }
  }

  /** Made for the first read that blocks: a connection of an event loop never needs it. */
  private Waiter inputWaiter() {
    Waiter waiter = inputWaiter;
    if (waiter == null) {
      waiter = new IoWaiter(true);
      inputWaiter = waiter;
      socket.readiness().setInputWaiter(waiter);
    }
    return waiter;
  }

  private Waiter outputWaiter() {
    Waiter waiter = outputWaiter;
    if (waiter == null) {
      waiter = new IoWaiter(false);
      outputWaiter = waiter;
      socket.readiness().setOutputWaiter(waiter);
    }
    return waiter;
  }

  private void await(Waiter waiter, long deadlineNanos) {
    if (!engine.await(waiter, deadlineNanos) && Thread.currentThread().isInterrupted()) {
      // The interrupting thread is about to close the channel.
      Thread.onSpinWait();
    }
  }

  private void wakeBlockedThreads() {
    socket.readiness().signal(Readiness.READ | Readiness.WRITE | Readiness.CONNECT);
  }

  private static long deadlineNanos(int timeoutMillis) {
    return timeoutMillis <= 0
        ? Long.MAX_VALUE
        : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  private static boolean isPast(long deadlineNanos) {
    return deadlineNanos != Long.MAX_VALUE && System.nanoTime() - deadlineNanos >= 0;
  }

  // ---- Reading

  private void beginRead(boolean blocking) throws ClosedChannelException {
    if (blocking) {
      channel.beginBlocking();
      synchronized (stateLock) {
        channel.ensureOpen();
        reading = true;
      }
    }
  }

  private void endRead(boolean blocking, boolean completed) throws AsynchronousCloseException {
    if (blocking) {
      synchronized (stateLock) {
        reading = false;
        tryFinishClose();
      }
      channel.endBlocking(completed);
    }
  }

  @Override
  public int read(ByteBuffer destination) throws IOException {
    return (int) read(destination, null, 0, 1, Long.MAX_VALUE);
  }

  @Override
  public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
    return read(null, destinations, offset, length, Long.MAX_VALUE);
  }

  @Override
  public int read(byte[] destination, int offset, int length, int timeoutMillis)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(destination, offset, length);
    readLock.lock();
    try {
      ensureOpenAndConnected();
      ensureBlocking();
      return (int) read(buffer, null, 0, 1, deadlineNanos(timeoutMillis));
    } finally {
      readLock.unlock();
    }
  }

  private void ensureBlocking() {
    if (!channel.isBlocking()) {
      throw new IllegalBlockingModeException();
    }
  }

  /** Reads into one buffer or, if that is null, into several. */
  private long read(
      @Nullable ByteBuffer one,
      ByteBuffer @Nullable [] many,
      int offset,
      int length,
      long deadlineNanos)
      throws IOException {
    readLock.lock();
    try {
      ensureOpenAndConnected();
      boolean blocking = channel.isBlocking();
      long count = 0;
      try {
        beginRead(blocking);
        count = tryRead(one, many, offset, length);
        if (count == UNAVAILABLE && !blocking) {
          // A program that spins on reads without a selector polls the network with them.
          engine.pollOnce();
          count = tryRead(one, many, offset, length);
        }
        while (count == UNAVAILABLE && blocking && channel.isOpen()) {
          if (isPast(deadlineNanos)) {
            throw new SocketTimeoutException("Read timed out");
          }
          await(inputWaiter(), deadlineNanos);
          count = tryRead(one, many, offset, length);
        }
      } finally {
        endRead(blocking, count > 0);
      }
      return count <= 0 && inputClosed ? EOF : count == UNAVAILABLE ? 0 : count;
    } finally {
      readLock.unlock();
    }
  }

  private long tryRead(
      @Nullable ByteBuffer one, ByteBuffer @Nullable [] many, int offset, int length)
      throws IOException {
    if (connectionReset) {
      throw SocketErrors.onRead(SocketError.ECONNRESET);
    }
    if (inputClosed) {
      return EOF;
    }
    if (one != null) {
      return tryRead(one);
    }
    return many == null ? 0 : tryRead(many, offset, length);
  }

  private int tryRead(ByteBuffer destination) throws IOException {
    if (destination.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    }
    if (!destination.hasRemaining()) {
      return 0;
    }
    int count = socket.read(destination);
    if (count != 0) {
      return count;
    }
    return socket.state() == StreamSocket.State.FAILED ? readFailed(destination) : UNAVAILABLE;
  }

  private long tryRead(ByteBuffer[] destinations, int offset, int length) throws IOException {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      ByteBuffer destination = destinations[i];
      if (destination.hasRemaining()) {
        if (total > 0 && socket.receiveQueue().availableBytes() == 0) {
          break;
        }
        int count = tryRead(destination);
        if (count <= 0) {
          return total > 0 ? total : count;
        }
        total += count;
      }
    }
    return total;
  }

  /** The connection is no more: what came before that, then why, then the end of the stream. */
  private int readFailed(ByteBuffer destination) throws IOException {
    int count = socket.read(destination);
    if (count != 0) {
      return count;
    }
    SocketError error = takeError();
    if (error == null) {
      return EOF;
    }
    connectionReset = error == SocketError.ECONNRESET;
    throw SocketErrors.onRead(error);
  }

  /** The error that ended the connection, once. */
  private @Nullable SocketError takeError() {
    synchronized (stateLock) {
      if (errorTold) {
        return null;
      }
      errorTold = true;
      return socket.error();
    }
  }

  @Override
  public int available() throws IOException {
    readLock.lock();
    try {
      ensureOpenAndConnected();
      return inputClosed ? 0 : socket.receiveQueue().availableBytes();
    } finally {
      readLock.unlock();
    }
  }

  // ---- Writing

  private void beginWrite(boolean blocking) throws ClosedChannelException {
    if (blocking) {
      channel.beginBlocking();
    }
    synchronized (stateLock) {
      if (blocking) {
        channel.ensureOpen();
      }
      if (outputClosed) {
        // The class the JDK's channels throw.
        throw new AsynchronousCloseException();
      }
      writing = blocking;
    }
  }

  private void endWrite(boolean blocking, boolean completed) throws AsynchronousCloseException {
    if (blocking) {
      synchronized (stateLock) {
        writing = false;
        tryFinishClose();
      }
      channel.endBlocking(completed);
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return (int) write(source, null, 0, 1);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return write(null, sources, offset, length);
  }

  @Override
  public void writeFully(byte[] source, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
    writeLock.lock();
    try {
      ensureOpenAndConnected();
      ensureBlocking();
      while (buffer.hasRemaining()) {
        write(buffer, null, 0, 1);
      }
    } finally {
      writeLock.unlock();
    }
  }

  /** Writes one buffer or, if that is null, several. */
  private long write(@Nullable ByteBuffer one, ByteBuffer @Nullable [] many, int offset, int length)
      throws IOException {
    writeLock.lock();
    try {
      ensureOpenAndConnected();
      boolean blocking = channel.isBlocking();
      long wanted = one != null ? one.remaining() : remaining(many, offset, length);
      long count = 0;
      try {
        beginWrite(blocking);
        count = tryWrite(one, many, offset, length);
        if (count == 0 && wanted > 0 && !blocking) {
          engine.pollOnce();
          count = tryWrite(one, many, offset, length);
        }
        // Like the kernel, a blocking write returns when everything is taken.
        while (blocking && count < wanted && mayGoOnWriting(count)) {
          await(outputWaiter(), Long.MAX_VALUE);
          if (mayGoOnWriting(count)) {
            count += tryWrite(one, many, offset, length);
          }
        }
      } finally {
        endWrite(blocking, count > 0);
      }
      if (count <= 0 && outputClosed) {
        throw new AsynchronousCloseException();
      }
      return count;
    } finally {
      writeLock.unlock();
    }
  }

  private static long remaining(ByteBuffer @Nullable [] buffers, int offset, int length) {
    long bytes = 0;
    for (int i = offset; buffers != null && i < offset + length; i++) {
      bytes += buffers[i].remaining();
    }
    return bytes;
  }

  /** An error after some bytes were taken is told by the next write. */
  private boolean mayGoOnWriting(long count) {
    boolean failed = socket.state() == StreamSocket.State.FAILED;
    return channel.isOpen() && !outputClosed && !(failed && count > 0);
  }

  private long tryWrite(
      @Nullable ByteBuffer one, ByteBuffer @Nullable [] many, int offset, int length)
      throws IOException {
    if (socket.state() == StreamSocket.State.FAILED) {
      throw writeFailed();
    }
    if (one != null) {
      return socket.write(one);
    }
    long total = 0;
    for (int i = offset; many != null && i < offset + length; i++) {
      total += socket.sendQueue().write(many[i]);
      if (many[i].hasRemaining()) {
        break;
      }
    }
    if (total > 0) {
      // Once for all buffers: a header and its body may share a segment.
      socket.submit(Command.OUTPUT);
    }
    return total;
  }

  /** Linux: after the peer's FIN an RST is EPIPE, otherwise it is told once. */
  private IOException writeFailed() {
    SocketError error = takeError();
    return error == null || socket.receiveQueue().isFinished()
        ? SocketErrors.brokenPipe()
        : SocketErrors.onWrite(error);
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
    endRead(blocking, connected);
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
    readLock.lock();
    writeLock.lock();
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
      writeLock.unlock();
      readLock.unlock();
    }
  }

  private boolean awaitConnected(long deadlineNanos) throws IOException {
    while (!hasConnectEnded() && channel.isOpen()) {
      if (isPast(deadlineNanos)) {
        throw new SocketTimeoutException("Connect timed out");
      }
      await(outputWaiter(), deadlineNanos);
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
    readLock.lock();
    writeLock.lock();
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
      writeLock.unlock();
      readLock.unlock();
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
      if (!inputClosed) {
        inputClosed = true;
        socket.shutdownInput();
      }
    }
    wakeBlockedThreads();
  }

  @Override
  public void shutdownOutput() throws IOException {
    synchronized (stateLock) {
      ensureConnectedToShutDown();
      if (!outputClosed) {
        outputClosed = true;
        socket.shutdownOutput();
      }
    }
    wakeBlockedThreads();
  }

  private void ensureConnectedToShutDown() throws ClosedChannelException {
    channel.ensureOpen();
    if (!isConnected()) {
      throw new NotYetConnectedException();
    }
  }

  @Override
  public void configureBlocking(boolean block) throws IOException {
    readLock.lock();
    writeLock.lock();
    try {
      channel.ensureOpen();
    } finally {
      writeLock.unlock();
      readLock.unlock();
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
    passThrough(readLock);
    passThrough(writeLock);
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
    return !inputClosed;
  }

  @Override
  public boolean isOutputOpen() {
    return !outputClosed;
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
