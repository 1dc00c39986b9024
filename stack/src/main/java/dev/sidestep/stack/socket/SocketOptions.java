package dev.sidestep.stack.socket;

/**
 * Options that sockets of every kind have (Linux: SOL_SOCKET and IP). Set by the application's
 * threads, read by the shard's owner; what must act at once is followed by {@link Command#OPTIONS}.
 * Defaults are Linux's.
 */
public abstract sealed class SocketOptions permits StreamOptions {

  /** IP_TOS. */
  public volatile int trafficClass;

  /** SO_REUSEADDR. */
  public volatile boolean reuseAddress;

  /** SO_REUSEPORT. */
  public volatile boolean reusePort;

  /** SO_RCVBUF as set, or 0 while the stack sizes the buffer by itself. */
  public volatile int receiveBufferBytes;

  /** SO_SNDBUF as set, or 0 while the stack sizes the buffer by itself. */
  public volatile int sendBufferBytes;

  SocketOptions() {}

  final void copyCommonFrom(SocketOptions other) {
    trafficClass = other.trafficClass;
    reuseAddress = other.reuseAddress;
    reusePort = other.reusePort;
    receiveBufferBytes = other.receiveBufferBytes;
    sendBufferBytes = other.sendBufferBytes;
  }
}
