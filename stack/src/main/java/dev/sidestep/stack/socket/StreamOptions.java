package dev.sidestep.stack.socket;

/** Options of a TCP socket. An accepted socket starts with a copy of its listener's. */
public final class StreamOptions extends SocketOptions {
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

  /** TCP_QUICKACK. */
  public volatile boolean quickAck;

  /** SO_OOBINLINE: urgent bytes stay in the stream. */
  public volatile boolean oobInline;

  /** Takes over everything from {@code other}. */
  public void copyFrom(StreamOptions other) {
    copyCommonFrom(other);
    noDelay = other.noDelay;
    keepAlive = other.keepAlive;
    keepIdleSeconds = other.keepIdleSeconds;
    keepIntervalSeconds = other.keepIntervalSeconds;
    keepCountProbes = other.keepCountProbes;
    lingerSeconds = other.lingerSeconds;
    quickAck = other.quickAck;
    oobInline = other.oobInline;
  }
}
