package dev.sidestep.stack.tcp.congestion;

/** Makes the congestion control of a connection. */
public final class CongestionControls {

  private CongestionControls() {}

  /** The control for a new connection with segments of {@code segmentBytes} payload. */
  public static CongestionControl create(int segmentBytes) {
    return new NewReno(segmentBytes);
  }
}
