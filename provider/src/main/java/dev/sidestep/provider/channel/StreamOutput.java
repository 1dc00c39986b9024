package dev.sidestep.provider.channel;

import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import org.jspecify.annotations.Nullable;

/** The writing half of a {@link StackStream}. Any thread; the lock admits one at a time. */
final class StreamOutput {

  /** Held by the writing or connecting thread. */
  final StreamLock lock;

  private final StreamState state;
  private final StackEngine engine;
  private final StreamSocket socket;

  private volatile boolean shutDown;

  /** Under the lock. */
  private @Nullable StreamWaiter waiter;

  StreamOutput(StreamState state, StackEngine engine, StreamSocket socket) {
    this.lock = new StreamLock(state.channel());
    this.state = state;
    this.engine = engine;
    this.socket = socket;
  }

  boolean isShutDown() {
    return shutDown;
  }

  /** The caller wakes the blocked writer. */
  void shutDown() {
    shutDown = true;
    socket.shutdownOutput();
  }

  /** A {@code Socket}'s write, which needs a blocking channel. */
  void writeFully(ByteBuffer source) throws IOException {
    lock.lock();
    try {
      state.ensureOpenAndConnected();
      state.ensureBlocking();
      write(source, null, 0, 1, Extent.FULLY);
    } finally {
      lock.unlock();
    }
  }

  /** Writes one buffer or, if that is null, several. */
  long write(@Nullable ByteBuffer one, ByteBuffer @Nullable [] many, int offset, int length)
      throws IOException {
    lock.lock();
    try {
      state.ensureOpenAndConnected();
      return write(one, many, offset, length, extent());
    } finally {
      lock.unlock();
    }
  }

  /** How much a write has to take before it returns. */
  private enum Extent {
    /** What fits now. */
    NOW,
    /** What fits, and something. */
    SOME,
    /** Everything, unless the channel is closed meanwhile. */
    ALL,
    /** Everything. */
    FULLY
  }

  /**
   * A platform thread's blocking write takes everything, as the system call does. For a virtual
   * thread the JDK makes the socket non-blocking, for good, and parks only while nothing fits.
   */
  private Extent extent() {
    if (!state.isBlocking()) {
      return Extent.NOW;
    }
    return state.isForVirtualThreads() ? Extent.SOME : Extent.ALL;
  }

  private long write(
      @Nullable ByteBuffer one, ByteBuffer @Nullable [] many, int offset, int length, Extent extent)
      throws IOException {
    boolean blocking = extent != Extent.NOW;
    long wanted = one != null ? one.remaining() : remaining(many, offset, length);
    long enough = extent.compareTo(Extent.ALL) >= 0 ? wanted : Math.min(wanted, 1);
    long count = 0;
    try {
      state.beginOutput(blocking);
      ensureNotShutDown();
      count = attempt(one, many, offset, length);
      if (count < enough && !blocking) {
        engine.pollOnce();
        count = attempt(one, many, offset, length);
      }
      while (blocking && count < enough && mayGoOn(count)) {
        awaitOutput(BlockingWait.FOREVER);
        // As in the JDK, a virtual thread that close sends away tries once more.
        if (mayGoOn(count) || (extent == Extent.SOME && !shutDown)) {
          count += attempt(one, many, offset, length);
        }
      }
    } finally {
      state.endOutput(blocking, extent == Extent.FULLY ? count >= wanted : count > 0);
    }
    if (count <= 0) {
      ensureNotShutDown();
    }
    return count;
  }

  /** One byte of urgent data. Only a platform thread's blocking call waits for room. */
  void writeUrgent(byte value) throws IOException {
    lock.lock();
    try {
      state.ensureOpenAndConnected();
      boolean blocking = state.isBlocking();
      Extent extent = extent();
      boolean taken = false;
      try {
        state.beginOutput(blocking);
        ensureNotShutDown();
        taken = attemptUrgent(value);
        while (extent == Extent.ALL && !taken && mayGoOn(0)) {
          awaitOutput(BlockingWait.FOREVER);
          taken = mayGoOn(0) && attemptUrgent(value);
        }
        if (!taken && extent == Extent.SOME) {
          throw new SocketException("No buffer space available");
        }
      } finally {
        state.endOutput(blocking, taken);
      }
      if (!taken) {
        ensureNotShutDown();
        throw new IOException("Socket buffer full");
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean attemptUrgent(byte value) throws IOException {
    if (socket.state() == StreamSocket.State.FAILED) {
      throw writeFailed();
    }
    boolean taken = socket.writeUrgent(value);
    if (taken) {
      // As on Linux it is under way when the call returns: the next one would make it ordinary.
      engine.settle();
    }
    return taken;
  }

  private void ensureNotShutDown() throws AsynchronousCloseException {
    if (shutDown) {
      // The class the JDK's channels throw.
      throw new AsynchronousCloseException();
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
  private boolean mayGoOn(long count) {
    boolean failed = socket.state() == StreamSocket.State.FAILED;
    return state.isOpen() && !shutDown && !(failed && count > 0);
  }

  private long attempt(
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
    SocketError error = state.takeError();
    return error == null || socket.receiveQueue().isFinished()
        ? SocketErrors.brokenPipe()
        : SocketErrors.onWrite(error);
  }

  /** Waits until writing is possible or, while connecting, until that has ended. */
  void awaitOutput(long deadlineNanos) throws IOException {
    StreamWaiter ours = waiter;
    if (ours == null) {
      ours = new OutputWaiter();
      waiter = ours;
      socket.readiness().setOutputWaiter(ours);
    }
    BlockingWait.await(state.channel(), engine, ours, deadlineNanos);
  }

  private final class OutputWaiter extends StreamWaiter {
    OutputWaiter() {
      super(state.channel().blockingLock(), engine);
    }

    @Override
    public boolean isReady() {
      int wanted = state.isConnectionPending() ? Readiness.CONNECT : Readiness.WRITE;
      return (socket.readyOps() & wanted) != 0 || shutDown || state.isEnding();
    }
  }
}
