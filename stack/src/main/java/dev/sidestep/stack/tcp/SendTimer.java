package dev.sidestep.stack.tcp;

/** What the one timer waits for that watches over output (Linux: icsk_pending). */
enum SendTimer {
  /** The retransmission timeout (RFC 6298). */
  RETRANSMISSION,
  /** The peer's window is shut: it is time to ask for it (RFC 9293 §3.8.6.1). */
  WINDOW_PROBE,
  /** ACKs have stopped coming: a tail loss probe is due (RFC 8985 §7). */
  LOSS_PROBE,
  /** What is late will be lost, unless it was only reordered (RFC 8985 §6.3). */
  REORDERING
}
