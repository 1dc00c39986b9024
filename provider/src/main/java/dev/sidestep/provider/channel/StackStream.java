package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.StackRoom;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A socket that the stack carries. The locks are those of the JDK's channels: one for the reading
 * or connecting thread, one for the writing or connecting thread, and a short one for the state.
 *
 * <p>Who has no stack left is told before any of them is taken.
 */
final class StackStream implements SocketBackend {

  private static final int ANY_FAILURE_OPS =
      SelectionKey.OP_READ | SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

  private final SidestepSocketChannel channel;
  private final StackEngine engine;
  private final StreamSocket socket;
  private final OptionStore options;
  private final StreamState state;
  private final StreamInput input;
  private final StreamOutput output;

  private StackStream(
      SidestepSocketChannel channel, StackEngine engine, StreamSocket socket, OptionStore options) {
    this.channel = channel;
    this.engine = engine;
    this.socket = socket;
    this.options = options;
    this.state = new StreamState(channel, engine, socket);
    this.input = new StreamInput(state, engine, socket);
    this.output = new StreamOutput(state, engine, socket);
  }

  /** A socket that is neither bound nor connected, with the options set so far. */
  static StackStream unconnected(
      SidestepSocketChannel channel, StackEngine engine, OptionStore options) {
    StreamSocket socket = engine.openStream();
    options.applyTo(socket.options());
    return new StackStream(channel, engine, socket, options);
  }

  /** A connection that a listener has accepted. */
  static StackStream accepted(
      SidestepSocketChannel channel, StackEngine engine, StreamSocket socket, OptionStore options) {
    StackStream stream = new StackStream(channel, engine, socket, options);
    stream.state.accepted();
    return stream;
  }

  StreamSocket socket() {
    return socket;
  }

  StackEngine engine() {
    return engine;
  }

  /** What has been set so far. */
  OptionStore options() {
    return options;
  }

  /** Whether the socket has only a port so far, so that it could still move to the kernel. */
  boolean isBoundToWildcardOnly() {
    return state.isUnconnected() && socket.localAddress().isWildcard();
  }

  void bind(IpAddress address, int port) throws IOException {
    synchronized (state) {
      engine.bind(socket, address, port);
      state.bound();
    }
  }

  // ---- Reading and writing

  @Override
  public int read(ByteBuffer destination) throws IOException {
    StackRoom.ensure();
    return (int) input.read(destination, null, 0, 1, BlockingWait.FOREVER);
  }

  @Override
  public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
    StackRoom.ensure();
    return input.read(null, destinations, offset, length, BlockingWait.FOREVER);
  }

  @Override
  public int read(byte[] destination, int offset, int length, int timeoutMillis)
      throws IOException {
    StackRoom.ensure();
    ByteBuffer buffer = ByteBuffer.wrap(destination, offset, length);
    return input.timedRead(buffer, BlockingWait.deadlineNanos(timeoutMillis));
  }

  @Override
  public int available() throws IOException {
    return input.available();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    StackRoom.ensure();
    return (int) output.write(source, null, 0, 1);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    StackRoom.ensure();
    return output.write(null, sources, offset, length);
  }

  @Override
  public void writeFully(byte[] source, int offset, int length) throws IOException {
    StackRoom.ensure();
    output.writeFully(ByteBuffer.wrap(source, offset, length));
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    output.writeUrgent((byte) data);
  }

  // ---- Connecting

  @Override
  public boolean connect(SocketAddress remote, int timeoutMillis) throws IOException {
    StackRoom.ensure();
    return connecting().connect((InetSocketAddress) remote, timeoutMillis);
  }

  @Override
  public boolean finishConnect() throws IOException {
    StackRoom.ensure();
    return connecting().finishConnect();
  }

  /** Without a state of its own, and so not kept: most of a connection's life is after it. */
  private StreamConnect connecting() {
    return new StreamConnect(state, engine, socket, input, output);
  }

  // ---- Ending

  @Override
  public void shutdownInput() throws IOException {
    synchronized (state) {
      ensureConnectedToShutDown();
      if (!input.isShutDown()) {
        input.shutDown();
      }
    }
    wakeBlockedThreads();
  }

  @Override
  public void shutdownOutput() throws IOException {
    synchronized (state) {
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
    state.ensureOpen();
    if (!isConnected()) {
      throw new NotYetConnectedException();
    }
  }

  @Override
  public void configureBlocking(boolean block) throws IOException {
    waitForOperations();
    state.ensureOpen();
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
    state.beginClosing();
    state.releaseIfUnused();
    wakeBlockedThreads();
  }

  private void closeNonBlocking() {
    boolean connected = state.beginClosing();
    waitForOperations();
    boolean released = state.releaseIfUnused();
    if (!released && connected && socket.options().lingerSeconds != 0) {
      // A selector still knows the channel; the peer learns of the end all the same.
      socket.options().lingerSeconds = -1;
      socket.shutdownOutput();
    }
  }

  /** Operations of a non-blocking channel are short. */
  private void waitForOperations() {
    input.lock.passThrough();
    output.lock.passThrough();
  }

  @Override
  public void kill() {
    waitForOperations();
    state.releaseIfUnused();
  }

  // ---- State

  @Override
  public boolean isConnected() {
    return state.isConnected();
  }

  @Override
  public boolean isConnectionPending() {
    return state.isConnectionPending();
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
    return state.localAddress();
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
    return state.remoteAddress();
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return options.defaults().supported();
  }

  @Override
  public void setOption(SocketOption<?> option, Object value) throws IOException {
    synchronized (options) {
      options.set(option, value);
      options.applyTo(socket.options());
      if (!state.isUnconnected()) {
        socket.submit(Command.OPTIONS);
      }
    }
  }

  @Override
  public @Nullable Object getOption(SocketOption<?> option) {
    synchronized (options) {
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
    if (state.isConnected()) {
      ops = (ready & Readiness.READ) != 0 ? SelectionKey.OP_READ : 0;
      ops |= (ready & Readiness.WRITE) != 0 ? SelectionKey.OP_WRITE : 0;
    } else if (state.isConnectionPending()) {
      ops = (ready & Readiness.CONNECT) != 0 ? SelectionKey.OP_CONNECT : 0;
    } else if (state.isUnconnected()) {
      ops = UNCONNECTED_OPS;
    }
    return ops;
  }
}
