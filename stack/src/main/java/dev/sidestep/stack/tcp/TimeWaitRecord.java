package dev.sidestep.stack.tcp;

import dev.sidestep.stack.socket.StreamSocket;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a connection in TIME-WAIT (Linux: inet_timewait_sock): enough to acknowledge a
 * FIN that comes again and to keep old segments out of a new connection with the same ends.
 */
final class TimeWaitRecord extends ConnectionEntry {

  final int sndNxt;
  final int rcvNxt;

  /** The last window field we sent. */
  final int windowField;

  final boolean timestamps;
  int tsRecent;
  final int timestampOffset;

  /** End of the 2 MSL. */
  long expiresNanos;

  long nextChallengeNanos = Long.MIN_VALUE;

  /** Whether the peer is owed an ACK for which there was no buffer. */
  boolean ackPending;

  /** The socket, as long as somebody is to hear that its port is free again. */
  @Nullable StreamSocket socket;

  /** Whether the application has closed the socket. */
  boolean closedByApplication;

  TimeWaitRecord(TransmissionControlBlock tcb, int windowField, long expiresNanos) {
    super(tcb);
    this.sndNxt = tcb.sndNxt;
    this.rcvNxt = tcb.rcvNxt;
    this.windowField = windowField;
    this.timestamps = tcb.timestamps;
    this.tsRecent = tcb.tsRecent;
    this.timestampOffset = tcb.timestampOffset;
    this.expiresNanos = expiresNanos;
  }

  @Override
  long deadlineNanos() {
    return expiresNanos;
  }
}
