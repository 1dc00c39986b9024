package dev.sidestep.stack.socket;

/**
 * What an application thread may ask of a shard's owner, as bits that add up: asking twice before
 * the owner looks is asking once.
 */
public final class Command {
  /** Start the handshake of a {@link StreamSocket} whose addresses are set. */
  public static final int CONNECT = 1;

  /** Let a {@link ListenSocket} receive connections. */
  public static final int LISTEN = 1 << 1;

  /** The send queue has bytes to transmit. */
  public static final int OUTPUT = 1 << 2;

  /** The reader took bytes out, so a larger window could be announced or an ACK be due. */
  public static final int WINDOW = 1 << 3;

  /** Send a FIN behind what is queued. */
  public static final int SHUTDOWN_OUTPUT = 1 << 4;

  /** The application wants no more input. */
  public static final int SHUTDOWN_INPUT = 1 << 5;

  /** The application is done with the socket; no thread touches its queues any more. */
  public static final int CLOSE = 1 << 6;

  /** An option that TCP acts upon has changed. */
  public static final int OPTIONS = 1 << 7;

  private Command() {}
}
