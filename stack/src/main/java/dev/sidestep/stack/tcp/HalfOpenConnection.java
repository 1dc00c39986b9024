package dev.sidestep.stack.tcp;

import dev.sidestep.stack.ip.IpPacket;
import org.jspecify.annotations.Nullable;

/**
 * A connection in SYN-RECEIVED that came in through a listener (Linux: tcp_request_sock). It has no
 * socket and no queues yet, so that a flood of SYNs costs little (RFC 4987 §3.4).
 */
final class HalfOpenConnection extends ConnectionEntry {

  Listener listener;

  /** Our initial sequence number. */
  int iss;

  /** The peer's initial sequence number. */
  int irs;

  /** What the peer's SYN said. */
  int peerMssBytes;

  int peerWindowScale;
  boolean timestamps;
  boolean sackPermitted;

  /** TS.Recent. */
  int tsRecent;

  int timestampOffset;

  /** When the SYN-ACK was sent for the first time; measures the first RTT. */
  long sentNanos;

  /** Whether the SYN-ACK has ever been sent. */
  boolean sent;

  /** Whether there was no buffer for the SYN-ACK. */
  boolean synAckPending;

  int retransmissions;
  long retransmitNanos;
  long nextChallengeNanos = Long.MIN_VALUE;

  /** Neighbours in the listener's queue, oldest first. */
  @Nullable HalfOpenConnection older;

  @Nullable HalfOpenConnection newer;

  /** One that knows what a segment says: all, if this is the SYN. */
  HalfOpenConnection(Listener listener, SegmentInfo syn, IpPacket packet) {
    super(
        packet.destinationHigh,
        packet.destinationLow,
        packet.sourceHigh,
        packet.sourceLow,
        syn.ports);
    this.listener = listener;
    readOptions(syn);
  }

  /** Becomes the one that another segment tells of. Only for one that is in no table or queue. */
  void become(Listener asked, SegmentInfo syn, IpPacket packet) {
    setEnds(
        packet.destinationHigh,
        packet.destinationLow,
        packet.sourceHigh,
        packet.sourceLow,
        syn.ports);
    listener = asked;
    readOptions(syn);
  }

  private void readOptions(SegmentInfo syn) {
    irs = syn.segSeq;
    peerMssBytes = syn.options.mssBytes;
    peerWindowScale = syn.options.windowScale;
    timestamps = syn.options.timestampPresent;
    sackPermitted = syn.options.sackPermitted;
    tsRecent = syn.options.timestampValue;
  }

  /** RCV.NXT. */
  int rcvNxt() {
    return irs + 1;
  }

  int timestampClock(long nowNanos) {
    return (int) (nowNanos / 1_000_000) + timestampOffset;
  }

  @Override
  long deadlineNanos() {
    return retransmitNanos;
  }
}
