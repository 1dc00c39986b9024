package dev.sidestep.stack.socket;

import java.net.BindException;

/**
 * A socket's hold on its local port. It ends some time after the application has closed the socket,
 * when TCP has forgotten the connection.
 *
 * <p>Threads: any.
 */
public abstract class PortBinding {

  /** In place of a time: nobody may take the connection over. */
  protected static final long NEVER = Long.MAX_VALUE;

  private final int port;
  private volatile boolean closing;
  private volatile long takeOverNanos = NEVER;

  /** A hold on {@code port}. */
  protected PortBinding(int port) {
    this.port = port;
  }

  /** The port. */
  public final int port() {
    return port;
  }

  /**
   * Notes that the socket is going to listen, which it shares with others only if all have
   * SO_REUSEPORT.
   *
   * @throws BindException "Address already in use" when another socket listens there already
   */
  public abstract void listen() throws BindException;

  /** Makes the port free. Harmless if it is free already. */
  public abstract void release();

  /** The application has closed the socket; TCP is about to end the connection. */
  final void close() {
    closing = true;
  }

  /**
   * The connection is in TIME-WAIT.
   *
   * @param nowNanos by the shard's clock
   * @param mayBeTakenOver whether a new connection may have the same ends, because timestamps keep
   *     old segments apart
   */
  public final void enterTimeWait(long nowNanos, boolean mayBeTakenOver) {
    closing = false;
    if (mayBeTakenOver) {
      takeOverNanos = nowNanos;
    }
  }

  /** Whether the port may be free at any moment. */
  protected final boolean isClosing() {
    return closing;
  }

  /** Since when a new connection may take over; {@link #NEVER} if none may. */
  protected final long takeOverNanos() {
    return takeOverNanos;
  }
}
