package dev.sidestep.provider.channel;

import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The reading half of a {@link StackStream}. Any thread; the lock admits one at a time. */
final class StreamInput {

  /** What an attempt returns when it would block. */
  private static final int UNAVAILABLE = -2;

  private static final int EOF = -1;

  /** Held by the reading or connecting thread. */
  final StreamLock lock;

  private final StreamState state;
  private final StackEngine engine;
  private final StreamSocket socket;

  private volatile boolean shutDown;

  /** Under the lock: a reset is told by every read, as the JDK does. */
  private boolean connectionReset;

  /** Under the lock: any other failure is told once. */
  private boolean failureTold;

  /** Under the lock. */
  private @Nullable StreamWaiter waiter;

  StreamInput(StreamState state, StackEngine engine, StreamSocket socket) {
    this.lock = new StreamLock(state.channel());
    this.state = state;
    this.engine = engine;
    this.socket = socket;
  }

  boolean isShutDown() {
    return shutDown;
  }

  /** The caller wakes the blocked reader. */
  void shutDown() {
    shutDown = true;
    socket.shutdownInput();
  }

  int available() throws IOException {
    lock.lock();
    try {
      state.ensureOpenAndConnected();
      return shutDown ? 0 : socket.receiveQueue().availableBytes();
    } finally {
      lock.unlock();
    }
  }

  /** A {@code Socket}'s read, which needs a blocking channel. */
  int timedRead(ByteBuffer destination, long deadlineNanos) throws IOException {
    lock.lock();
    try {
      state.ensureOpenAndConnected();
      state.ensureBlocking();
      return (int) read(destination, null, 0, 1, deadlineNanos);
    } finally {
      lock.unlock();
    }
  }

  /** Reads into one buffer or, if that is null, into several. */
  long read(
      @Nullable ByteBuffer one,
      ByteBuffer @Nullable [] many,
      int offset,
      int length,
      long deadlineNanos)
      throws IOException {
    lock.lock();
    try {
      state.ensureOpenAndConnected();
      boolean blocking = state.isBlocking();
      long count = 0;
      try {
        state.beginInput(blocking);
        count = attempt(one, many, offset, length);
        if (count == UNAVAILABLE && !blocking) {
          // A program that spins on reads without a selector polls the network with them.
          engine.pollOnce();
          count = attempt(one, many, offset, length);
        }
        while (count == UNAVAILABLE && blocking && state.isOpen()) {
          awaitInput(deadlineNanos);
          count = attempt(one, many, offset, length);
        }
      } finally {
        state.endInput(blocking, count > 0);
      }
      return count <= 0 && shutDown ? EOF : count == UNAVAILABLE ? 0 : count;
    } finally {
      lock.unlock();
    }
  }

  private long attempt(
      @Nullable ByteBuffer one, ByteBuffer @Nullable [] many, int offset, int length)
      throws IOException {
    if (connectionReset) {
      throw SocketErrors.onRead(SocketError.ECONNRESET);
    }
    if (shutDown) {
      return EOF;
    }
    if (one != null) {
      return attempt(one);
    }
    return many == null ? 0 : attempt(many, offset, length);
  }

  private int attempt(ByteBuffer destination) throws IOException {
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

  private long attempt(ByteBuffer[] destinations, int offset, int length) throws IOException {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      ByteBuffer destination = destinations[i];
      if (destination.hasRemaining()) {
        if (total > 0 && socket.receiveQueue().availableBytes() == 0) {
          break;
        }
        int count = attempt(destination);
        if (count <= 0) {
          return total > 0 ? total : count;
        }
        total += count;
      }
    }
    return total;
  }

  /** The connection is no more: what came before that, then why, then the end of the state. */
  private int readFailed(ByteBuffer destination) throws IOException {
    int count = socket.read(destination);
    if (count != 0) {
      return count;
    }
    SocketError error = failureTold ? null : state.errorForReader();
    if (error == null) {
      return EOF;
    }
    failureTold = true;
    connectionReset = error == SocketError.ECONNRESET;
    throw SocketErrors.onRead(error);
  }

  private void awaitInput(long deadlineNanos) throws IOException {
    if (BlockingWait.isPast(deadlineNanos)) {
      throw new SocketTimeoutException("Read timed out");
    }
    StreamWaiter ours = waiter;
    if (ours == null) {
      // Made for the first read that blocks: a connection of an event loop never needs it.
      ours = new InputWaiter();
      waiter = ours;
      socket.readiness().setInputWaiter(ours);
    }
    BlockingWait.await(state.channel(), engine, ours, deadlineNanos);
  }

  private final class InputWaiter extends StreamWaiter {
    InputWaiter() {
      super(state.channel().blockingLock(), engine);
    }

    @Override
    public boolean isReady() {
      return (socket.readyOps() & Readiness.READ) != 0
          || socket.receiveQueue().isAtUrgentByte()
          || shutDown
          || state.isEnding();
    }
  }
}
