package dev.sidestep.stack.socket;

import dev.sidestep.stack.concurrent.StackRoom;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.IpProtocol;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a TCP connection as the application sees it. None of its methods blocks; waiting is
 * the engine's.
 *
 * <p>Threads: one application thread at a time reads, one at a time writes.
 */
public final class StreamSocket extends StackSocket {

  /** How far the connection is, as the application can tell. */
  public enum State {
    /** Neither connecting nor connected yet. */
    NEW,
    /** The handshake is under way. */
    CONNECTING,
    /** Connected, in either or both directions. */
    CONNECTED,
    /** Failed or reset; see {@link StreamSocket#error()}. */
    FAILED
  }

  private final StreamOptions options = new StreamOptions();
  private final SocketReceiveQueue receiveQueue;
  private final SocketSendQueue sendQueue;

  private volatile IpAddress remoteAddress = IpAddress.ANY_V4;
  private volatile int remotePort;
  private volatile State state = State.NEW;
  private volatile @Nullable SocketError error;
  private volatile boolean inputShutdown;
  private volatile boolean outputShutdown;
  private volatile boolean ended;

  /** A socket with empty queues of the given capacities. */
  public StreamSocket(
      SocketOwner owner, SocketMemory memory, int receiveCapacityBytes, int sendCapacityBytes) {
    super(owner, IpProtocol.TCP);
    receiveQueue = new SocketReceiveQueue(memory, receiveCapacityBytes);
    Runnable onRoom = () -> readiness().signal(Readiness.WRITE);
    sendQueue = new SocketSendQueue(memory, sendCapacityBytes, onRoom);
  }

  @Override
  public StreamOptions options() {
    return options;
  }

  /** What has arrived. */
  public SocketReceiveQueue receiveQueue() {
    return receiveQueue;
  }

  /** What is on its way out. */
  public SocketSendQueue sendQueue() {
    return sendQueue;
  }

  /** The peer's address; a wildcard until connecting. */
  public IpAddress remoteAddress() {
    return remoteAddress;
  }

  /** The peer's port, or 0. */
  public int remotePort() {
    return remotePort;
  }

  /** How far the connection is. */
  public State state() {
    return state;
  }

  /** Why the connection failed, or null if it has not. */
  public @Nullable SocketError error() {
    return error;
  }

  /** Whether {@link #shutdownInput()} was called. */
  public boolean isInputShutdown() {
    return inputShutdown;
  }

  /** Whether {@link #shutdownOutput()} was called. */
  public boolean isOutputShutdown() {
    return outputShutdown;
  }

  /** Starts the handshake; the local end is bound already. {@link Readiness#CONNECT} ends it. */
  public void connect(IpAddress address, int port) {
    setRemote(address, port);
    state = State.CONNECTING;
    submit(Command.CONNECT);
  }

  /**
   * Takes received bytes and tells the peer of it when it waits for that, or when the room they
   * left is worth it.
   *
   * @return number of bytes, 0 for none at the moment, -1 at the end of the stream. An {@link
   *     #error()} counts only once this returns 0: bytes that came before a reset can be read.
   */
  public int read(ByteBuffer destination) {
    StackRoom.ensure();
    int count = receiveQueue.read(destination);
    if (count > 0 && (receiveQueue.windowUpdateDue() || receiveQueue.isDrainedAckDue())) {
      owner().submit(this, Command.WINDOW);
    }
    return count;
  }

  /**
   * Queues bytes for transmission and, where the shard is free, transmits them at once.
   *
   * @return number of bytes taken, 0 when the queue is full
   */
  public int write(ByteBuffer source) {
    StackRoom.ensure();
    int count = sendQueue.write(source);
    if (count > 0) {
      owner().submit(this, Command.OUTPUT);
    }
    return count;
  }

  /** Queues one byte of urgent data. Returns false when the queue is full. */
  public boolean writeUrgent(byte value) {
    boolean taken = sendQueue.writeUrgent(value);
    if (taken) {
      submit(Command.OUTPUT);
    }
    return taken;
  }

  /** Ends the outgoing stream behind what is queued (FIN). */
  public void shutdownOutput() {
    outputShutdown = true;
    submit(Command.SHUTDOWN_OUTPUT);
  }

  /** Ends the incoming stream for the application; what still arrives is thrown away. */
  public void shutdownInput() {
    inputShutdown = true;
    submit(Command.SHUTDOWN_INPUT);
  }

  /** Bytes that the application closes without having read make a reset (RFC 2525 §2.17). */
  @Override
  public boolean closeDependsOnInput() {
    return state == State.CONNECTED;
  }

  /** Where there is no connection, or none any more, TCP has nothing left to do. */
  @Override
  void closing() {
    if (state == State.NEW || state == State.FAILED) {
      releasePort();
    }
  }

  @Override
  public int readyOps() {
    State current = state;
    int ops = 0;
    if (current == State.FAILED) {
      return Readiness.READ | Readiness.WRITE | Readiness.CONNECT;
    }
    if (current == State.CONNECTED) {
      ops = Readiness.CONNECT;
      if (receiveQueue.isFinished() || inputShutdown || receiveQueue.availableBytes() > 0) {
        ops |= Readiness.READ;
      }
      if (outputShutdown || sendQueue.isWritable()) {
        ops |= Readiness.WRITE;
      }
    }
    return ops;
  }

  /** TCP, or the engine before connecting: sets the peer's end. */
  public void setRemote(IpAddress address, int port) {
    remoteAddress = address;
    remotePort = port;
  }

  /** TCP: the handshake is complete. Signals. */
  public void established() {
    state = State.CONNECTED;
    readiness().signal(Readiness.CONNECT | Readiness.WRITE);
  }

  /**
   * Whether the peer of a closed socket has acknowledged everything, the FIN too, or never will:
   * what SO_LINGER waits for.
   */
  public boolean hasEnded() {
    return ended;
  }

  /** TCP: there is nothing to wait for after a close. Signals. */
  public void end() {
    ended = true;
    readiness().signal(Readiness.WRITE);
  }

  /** TCP: the connection failed; nothing more will happen to it. Signals. */
  public void fail(SocketError cause) {
    error = cause;
    state = State.FAILED;
    readiness().signal(Readiness.READ | Readiness.WRITE | Readiness.CONNECT);
  }
}
