package dev.sidestep.stack.tcp.congestion;

/**
 * How many bytes a connection may have in flight. An implementation holds the state of one
 * connection; it hears of events and is asked for the window, and knows nothing else.
 *
 * <p>Threads: the shard's owner.
 */
public interface CongestionControl {

  /** Cwnd in bytes, at least one segment. */
  int windowBytes();

  /** Ssthresh in bytes. */
  int slowStartThresholdBytes();

  /** Whether the window still grows exponentially. */
  default boolean inSlowStart() {
    return windowBytes() < slowStartThresholdBytes();
  }

  /** SMSS has changed, for instance because a router named a smaller MTU. */
  void setSegmentBytes(int segmentBytes);

  /**
   * New data was acknowledged outside loss recovery.
   *
   * @param ackedBytes bytes acknowledged for the first time
   * @param windowLimited whether it was this window that kept the sender from sending more; a
   *     window that is not used must not grow (RFC 7661 §4.3)
   */
  void onAck(int ackedBytes, boolean windowLimited);

  /** A loss was noticed by duplicate ACKs; {@code flightBytes} were in flight. */
  void onLoss(int flightBytes);

  /** All that was in flight when the loss was noticed is acknowledged. */
  void onRecovered();

  /** A loss was noticed by the retransmission timer; {@code flightBytes} were in flight. */
  void onTimeout(int flightBytes);

  /** Nothing was sent for {@code idleNanos}, longer than the retransmission timeout. */
  void onIdle(long idleNanos, long rtoNanos);
}
