package dev.sidestep.provider.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/** A socket that the kernel carries: everything is the JDK's own channel's business. */
final class KernelSocket implements SocketBackend {

  private final SidestepSocketChannel channel;
  private final SocketChannel inner;

  // Each made when a Socket's stream first asks; two threads may make two, which is harmless.
  private @Nullable InputStream input;
  private @Nullable OutputStream output;

  /**
   * Operations that {@link MonitorRelease} has begun share it; a change of the mode has it alone.
   */
  private final StampedLock modeLock = new StampedLock();

  KernelSocket(SidestepSocketChannel channel, SocketChannel inner) {
    this.channel = channel;
    this.inner = inner;
  }

  SocketChannel inner() {
    return inner;
  }

  /** Whether the socket has only a port so far, so that it could still move to the stack. */
  boolean isBoundToWildcardOnly() throws IOException {
    return inner.isOpen()
        && !inner.isConnected()
        && !inner.isConnectionPending()
        && inner.getLocalAddress() instanceof InetSocketAddress local
        && local.getAddress().isAnyLocalAddress();
  }

  /** An interrupt or a failed connect closes the JDK's channel behind ours. */
  private void closeTogether() throws IOException {
    if (!inner.isOpen()) {
      channel.close();
    }
  }

  @Override
  public int read(ByteBuffer destination) throws IOException {
    return (int) run(() -> inner.read(destination));
  }

  @Override
  public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
    return run(() -> inner.read(destinations, offset, length));
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return (int) run(() -> inner.write(source));
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return run(() -> inner.write(sources, offset, length));
  }

  private long run(MonitorRelease.Operation operation) throws IOException {
    try {
      return channel.isBlocking() && Thread.holdsLock(channel.blockingLock())
          ? MonitorRelease.run(channel, operation, modeLock)
          : operation.run();
    } finally {
      closeTogether();
    }
  }

  @Override
  public int read(byte[] destination, int offset, int length, int timeoutMillis)
      throws IOException {
    try {
      if (!isInputOpen()) {
        return -1;
      }
      inner.socket().setSoTimeout(timeoutMillis);
      return input().read(destination, offset, length);
    } finally {
      closeTogether();
    }
  }

  private InputStream input() throws IOException {
    InputStream stream = input;
    if (stream == null) {
      stream = inner.socket().getInputStream();
      input = stream;
    }
    return stream;
  }

  @Override
  public void writeFully(byte[] source, int offset, int length) throws IOException {
    try {
      if (!isOutputOpen()) {
        throw new ClosedChannelException();
      }
      output().write(source, offset, length);
    } finally {
      closeTogether();
    }
  }

  private OutputStream output() throws IOException {
    OutputStream stream = output;
    if (stream == null) {
      stream = inner.socket().getOutputStream();
      output = stream;
    }
    return stream;
  }

  @Override
  public int available() throws IOException {
    return isInputOpen() ? input().available() : 0;
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    inner.socket().sendUrgentData(data);
  }

  @Override
  public boolean connect(SocketAddress remote, int timeoutMillis) throws IOException {
    try {
      if (timeoutMillis == UNTIMED) {
        return inner.connect(remote);
      }
      inner.socket().connect(remote, timeoutMillis);
      return true;
    } finally {
      closeTogether();
    }
  }

  @Override
  public boolean finishConnect() throws IOException {
    try {
      return inner.finishConnect();
    } finally {
      closeTogether();
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    inner.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    inner.shutdownOutput();
  }

  @Override
  public boolean isConnected() {
    return inner.isConnected();
  }

  @Override
  public boolean isConnectionPending() {
    return inner.isConnectionPending();
  }

  @Override
  public boolean isInputOpen() {
    return !inner.socket().isInputShutdown();
  }

  @Override
  public boolean isOutputOpen() {
    return !inner.socket().isOutputShutdown();
  }

  @Override
  public @Nullable SocketAddress localAddress() throws IOException {
    return isUnix() ? inner.getLocalAddress() : inner.socket().getLocalSocketAddress();
  }

  @Override
  public @Nullable SocketAddress remoteAddress() throws IOException {
    return isUnix() ? inner.getRemoteAddress() : inner.socket().getRemoteSocketAddress();
  }

  private boolean isUnix() {
    return channel.isUnix();
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return inner.supportedOptions();
  }

  @Override
  @SuppressWarnings("unchecked") // the channel has checked the value against the option's type
  public void setOption(SocketOption<?> option, Object value) throws IOException {
    inner.setOption((SocketOption<Object>) option, value);
  }

  @Override
  public @Nullable Object getOption(SocketOption<?> option) throws IOException {
    return inner.getOption(option);
  }

  @Override
  public void configureBlocking(boolean block) throws IOException {
    if (block) {
      // Ours have no valid keys any more; the JDK's selector may not have noticed yet.
      channel.selectionKeys().leaveKernelSelectors();
    }
    long stamp = modeLock.writeLock();
    try {
      inner.configureBlocking(block);
    } finally {
      modeLock.unlockWrite(stamp);
    }
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }

  @Override
  public void kill() {
    // The JDK's selector, which our selector has flushed, does this for its own channels.
  }

  @Override
  public int stackReadyOps() {
    return 0;
  }
}
