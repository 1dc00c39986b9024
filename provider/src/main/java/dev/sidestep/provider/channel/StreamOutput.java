package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The writing half of a {@link StackStream}. Any thread; the lock admits one at a time. */
final class StreamOutput {

  /** Held by the writing or connecting thread. */
  final ReentrantLock lock = new ReentrantLock();

  private final StreamState state;
  private final StackEngine engine;
  private final StreamSocket socket;

  private volatile boolean shutDown;

  /** Under the lock. */
  private @Nullable Waiter waiter;

  StreamOutput(StreamState state, StackEngine engine, StreamSocket socket) {
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
      while (source.hasRemaining()) {
        write(source, null, 0, 1);
      }
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
      boolean blocking = state.isBlocking();
      long wanted = one != null ? one.remaining() : remaining(many, offset, length);
      long count = 0;
      try {
        state.beginOutput(blocking);
        ensureNotShutDown();
        count = attempt(one, many, offset, length);
        if (count == 0 && wanted > 0 && !blocking) {
          engine.pollOnce();
          count = attempt(one, many, offset, length);
        }
        // Like the kernel, a blocking write returns when everything is taken.
        while (blocking && count < wanted && mayGoOn(count)) {
          awaitOutput(BlockingWait.FOREVER);
          if (mayGoOn(count)) {
            count += attempt(one, many, offset, length);
          }
        }
      } finally {
        state.endOutput(blocking, count > 0);
      }
      if (count <= 0) {
        ensureNotShutDown();
      }
      return count;
    } finally {
      lock.unlock();
    }
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
    Waiter ours = waiter;
    if (ours == null) {
      ours = new OutputWaiter();
      waiter = ours;
      socket.readiness().setOutputWaiter(ours);
    }
    BlockingWait.await(state.channel(), engine, ours, deadlineNanos);
  }

  private final class OutputWaiter extends Waiter {
    @Override
    public boolean isReady() {
      int wanted = state.isConnectionPending() ? Readiness.CONNECT : Readiness.WRITE;
      return (socket.readyOps() & wanted) != 0 || shutDown || state.isEnding();
    }
  }
}
