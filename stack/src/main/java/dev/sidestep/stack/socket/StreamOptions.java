package dev.sidestep.stack.socket;

/**
 * Options of a TCP socket. Set by the application's threads, read by the shard's owner; what must
 * act at once is followed by {@link Command#OPTIONS}. Defaults are Linux's. An accepted socket
 * starts with a copy of its listener's.
 */
public final class StreamOptions {
  /** TCP_NODELAY: Nagle's algorithm off. */
  public volatile boolean noDelay;

  /** SO_KEEPALIVE. */
  public volatile boolean keepAlive;

  /** TCP_KEEPIDLE: idle seconds before the first keepalive probe. */
  public volatile int keepIdleSeconds = 7200;

  /** TCP_KEEPINTVL: seconds between keepalive probes. */
  public volatile int keepIntervalSeconds = 75;

  /** TCP_KEEPCNT: unanswered probes before the connection is given up. */
  public volatile int keepCountProbes = 9;

  /** SO_LINGER in seconds; -1 is off, 0 closes with RST. */
  public volatile int lingerSeconds = -1;

  /** IP_TOS. */
  public volatile int trafficClass;

  /** TCP_QUICKACK. */
  public volatile boolean quickAck;

  /** SO_REUSEADDR. */
  public volatile boolean reuseAddress;

  /** SO_REUSEPORT. */
  public volatile boolean reusePort;

  /** SO_OOBINLINE: urgent bytes stay in the stream. */
  public volatile boolean oobInline;

  /** SO_RCVBUF as set, or 0 while the stack sizes the buffer by itself. */
  public volatile int receiveBufferBytes;

  /** SO_SNDBUF as set, or 0 while the stack sizes the buffer by itself. */
  public volatile int sendBufferBytes;

  /** Takes over everything from {@code other}. */
  public void copyFrom(StreamOptions other) {
    noDelay = other.noDelay;
    keepAlive = other.keepAlive;
    keepIdleSeconds = other.keepIdleSeconds;
    keepIntervalSeconds = other.keepIntervalSeconds;
    keepCountProbes = other.keepCountProbes;
    lingerSeconds = other.lingerSeconds;
    trafficClass = other.trafficClass;
    quickAck = other.quickAck;
    reuseAddress = other.reuseAddress;
    reusePort = other.reusePort;
    oobInline = other.oobInline;
    receiveBufferBytes = other.receiveBufferBytes;
    sendBufferBytes = other.sendBufferBytes;
  }
}
