package dev.sidestep.stack.tcp;

import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.SocketReceiveQueue;
import dev.sidestep.stack.socket.SocketSendQueue;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.congestion.CongestionControl;
import dev.sidestep.stack.tcp.congestion.CongestionControls;
import dev.sidestep.stack.wire.TcpHeader;

/**
 * The state of one connection (RFC 9293 §3.3.1; Linux: tcp_sock).
 *
 * <pre>
 *   send sequence space                      receive sequence space
 *
 *      sndUna              sndNxt    sndUna+sndWnd        rcvNxt      rcvAdvertised
 *   -----|------------------|-----------|----          ----|---------------|----
 *   acked    sent              may be sent              acked  may be received
 * </pre>
 *
 * <p>As in Linux {@code sndNxt} never falls back: what {@link SentSegments} believes to be lost is
 * sent again one by one.
 */
final class TransmissionControlBlock extends ConnectionEntry {

  /**
   * A peer that names less costs more processor time per byte than it is worth (CVE-2019-11479).
   */
  private static final int LEAST_MSS_BYTES = 216;

  private static final int TIMESTAMPS_BYTES = 12;

  final StreamSocket socket;
  final boolean passive;
  final Route route;
  TcpState state = TcpState.CLOSED;

  /** Whether the application has closed the socket and no thread of its touches it any more. */
  boolean orphaned;

  // Send sequence space.
  int iss;
  int sndUna;
  int sndNxt;
  int sndWnd;
  int sndWl1;
  int sndWl2;

  /** The largest window the peer has offered (MAX.SND.WND of RFC 5961 §5.2). */
  int maxSndWnd;

  /** Shift for the peer's window field. */
  int sndWindowScale;

  /** Payload of a full segment that we send: the peer's MSS and the path's, less options. */
  int mssBytes;

  /** Whether the outgoing stream ends with what is in the send queue. */
  boolean finQueued;

  /** End of the last segment sent that was not full (Minshall's variant of Nagle's algorithm). */
  int sndSmall;

  // Receive sequence space.
  int irs;
  int rcvNxt;

  /** RCV.NXT + RCV.WND at its highest: the peer may send up to here. */
  int rcvAdvertised;

  /** RCV.NXT of the last ACK sent (Last.ACK.sent of RFC 7323 §4.3). */
  int lastAckSent;

  /** Shift for our window field. */
  int rcvWindowScale;

  /** The window field last sent. */
  int windowField;

  /** Whether a FIN ahead of a hole, with sequence number {@link #finSeq}, is waiting for it. */
  boolean finPending;

  int finSeq;

  /** Whether the application wants no more input: what arrives is acknowledged and dropped. */
  boolean discarding;

  final ByteRanges reassembly = new ByteRanges();
  final DuplicateReport duplicates = new DuplicateReport();
  final DelayedAck delayedAck = new DelayedAck();

  // Options agreed upon.
  boolean timestamps;
  boolean sackPermitted;
  int timestampOffset;
  int tsRecent;
  long tsRecentNanos;

  // Round-trip time, loss and congestion.
  final RttEstimator rtt;
  final SentSegments segments = new SentSegments();
  final SackScoreboard scoreboard = new SackScoreboard();
  final Deliveries deliveries = new Deliveries();
  final RackLossDetection rack = new RackLossDetection();
  final TailLossProbe probe = new TailLossProbe();
  final LossRecovery recovery = new LossRecovery();
  final WindowUsage windowUsage = new WindowUsage();
  final Pacing pacing = new Pacing();
  CongestionControl congestion;

  /** When the SYN was sent for the first time: measures the first RTT. */
  long timedSinceNanos;

  /** What the application is told if the peer never answers again (Linux: sk_err_soft). */
  SocketError softError = SocketError.ETIMEDOUT;

  /** Times the first unacknowledged segment was sent again by the timer; probes likewise. */
  int retransmissions;

  // Timers.
  /** When {@link #sendTimer} runs out. */
  long retransmitNanos = NEVER;

  SendTimer sendTimer = SendTimer.RETRANSMISSION;

  /** When output that is paced goes on. */
  long paceNanos = NEVER;

  long delayedAckNanos = NEVER;

  /** Keepalive, or the end of FIN-WAIT-2 once orphaned. */
  long keepaliveNanos = NEVER;

  int keepaliveProbes;

  /** When to look whether the queues may give their memory back. */
  long idleNanos = NEVER;

  long lastReceivedNanos;
  long lastSentNanos;
  long nextChallengeNanos = Long.MIN_VALUE;

  final ReceiveTuning receiveTuning = new ReceiveTuning();

  // What the end of the poll has to do.
  boolean ackNow;
  boolean synPending;
  boolean outputPending;

  /** Whether there was no buffer for the segment that has timed out, at {@link #resendSeq}. */
  boolean resendPending;

  int resendSeq;
  int signals;

  TransmissionControlBlock(
      ConnectionEntry ends, StreamSocket socket, boolean passive, Route route, TcpConfig config) {
    super(ends);
    this.socket = socket;
    this.passive = passive;
    this.route = route;
    this.rtt = new RttEstimator(config);
    this.congestion = CongestionControls.create(defaultMssBytes());
  }

  TransmissionControlBlock(
      long localHigh, long localLow, StreamSocket socket, Route route, TcpConfig config) {
    super(
        localHigh,
        localLow,
        socket.remoteAddress().high(),
        socket.remoteAddress().low(),
        (socket.remotePort() << 16) | socket.localPort());
    this.socket = socket;
    this.passive = false;
    this.route = route;
    this.rtt = new RttEstimator(config);
    this.congestion = CongestionControls.create(defaultMssBytes());
  }

  @Override
  long deadlineNanos() {
    long due = Math.min(Math.min(retransmitNanos, paceNanos), delayedAckNanos);
    return Math.min(due, Math.min(keepaliveNanos, idleNanos));
  }

  SocketSendQueue sendQueue() {
    return socket.sendQueue();
  }

  SocketReceiveQueue receiveQueue() {
    return socket.receiveQueue();
  }

  /** Sets where our sequence numbers start. */
  void startSending(int initialSequence) {
    iss = initialSequence;
    sndUna = initialSequence;
    sndNxt = initialSequence;
    sndSmall = initialSequence;
    windowUsage.start(initialSequence);
  }

  /** Sets where the peer's sequence numbers start. */
  void startReceiving(int initialSequence) {
    irs = initialSequence;
    rcvNxt = initialSequence + 1;
    lastAckSent = rcvNxt;
    rcvAdvertised = rcvNxt;
  }

  /** Takes over what was agreed upon, which fixes the size of segments. */
  void agree(int peerMss, boolean withTimestamps, boolean withSack, int peerWindowScale) {
    timestamps = withTimestamps;
    sackPermitted = withSack;
    if (peerWindowScale < 0) {
      // RFC 7323 §2.2: both or none. More than the field can say would never be announced.
      rcvWindowScale = 0;
      int announceable = ReceiveWindow.maxBytes(this);
      receiveQueue().setCapacityBytes(Math.min(receiveQueue().capacityBytes(), announceable));
    } else {
      sndWindowScale = peerWindowScale;
    }
    int peer = peerMss > 0 ? peerMss : defaultMssBytes();
    setSegmentSize(Math.max(peer, LEAST_MSS_BYTES), route.mtuBytes());
    congestion = CongestionControls.create(mssBytes);
  }

  /** The peer's MSS when its SYN names none (RFC 9293 §3.7.1, MUST-15): 536 for IPv4. */
  private int defaultMssBytes() {
    return route.universalMtuBytes() - headerBytes();
  }

  /** Bytes of IP and TCP header without options. */
  int headerBytes() {
    return route.headerBytes() + TcpHeader.MIN_LENGTH_BYTES;
  }

  /** Sets SMSS from the peer's MSS and the path's MTU (MUST-16, RFC 6691). */
  private void setSegmentSize(int peerMss, int mtuBytes) {
    int room = Math.min(peerMss, mtuBytes - headerBytes());
    mssBytes = room - (timestamps ? TIMESTAMPS_BYTES : 0);
  }

  /** Text of a full segment on a path of {@code mtuBytes}. */
  int segmentBytesFor(int mtuBytes) {
    return mtuBytes - headerBytes() - (timestamps ? TIMESTAMPS_BYTES : 0);
  }

  /** Lowers SMSS so that packets fit {@code mtuBytes}. Returns whether that changed anything. */
  boolean lowerSegmentSize(int mtuBytes) {
    int room = segmentBytesFor(mtuBytes);
    if (room >= mssBytes || room <= 0) {
      return false;
    }
    mssBytes = room;
    congestion.setSegmentBytes(room);
    segments.recut(room);
    return true;
  }

  /** Position in the send queue of the byte with this sequence number. */
  long sendPosition(int seq) {
    return SequenceNumber.toPosition(iss, seq, sendQueue().head());
  }

  /** Position in the receive queue of the byte with this sequence number. */
  long receivePosition(int seq) {
    return SequenceNumber.toPosition(irs, seq, receiveQueue().tail());
  }

  /** The sequence number behind the last byte in the send queue, which a FIN would have. */
  int sendEnd() {
    return SequenceNumber.atPosition(iss, sendQueue().tail());
  }

  /** Whether the peer has acknowledged our FIN. */
  boolean isFinAcknowledged() {
    return finQueued && SequenceNumber.gt(sndUna, sendEnd());
  }

  /** Bytes sent and not acknowledged. */
  int flightBytes() {
    return SequenceNumber.diff(sndNxt, sndUna);
  }

  /**
   * Bytes that count against the congestion window: what is outstanding, less what has arrived or
   * got lost, as far as is known.
   */
  int inFlightBytes() {
    return Math.max(0, segments.inFlightBytes() - recovery.duplicates.bytes(mssBytes));
  }

  /** Whether there is text, or a FIN, that was never sent. */
  boolean hasUnsent() {
    int unsent = SequenceNumber.diff(sendEnd(), sndNxt);
    return unsent > 0 || (unsent == 0 && finQueued);
  }

  /** Whether it is the zero-window probe that the timer waits for. */
  boolean isProbing() {
    return retransmitNanos != NEVER && sendTimer == SendTimer.WINDOW_PROBE;
  }

  /** RCV.WND. */
  int rcvWnd() {
    return Math.max(0, SequenceNumber.diff(rcvAdvertised, rcvNxt));
  }

  /** Whether there is nothing left that the peer should have. */
  boolean isQuiescent() {
    boolean finOpen = finQueued && !isFinAcknowledged();
    return sndUna == sndNxt && sendQueue().queuedBytes() == 0 && !finOpen;
  }

  /** Whether data may be sent (RFC 9293 §3.10.2), be it for the first time or again. */
  boolean canSend() {
    return switch (state) {
      case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK -> true;
      default -> false;
    };
  }

  /** Whether the peer may still send data. */
  boolean canReceive() {
    return switch (state) {
      case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> true;
      default -> false;
    };
  }

  /** The millisecond clock of our timestamps (RFC 7323 §5.4). */
  int timestampClock(long nowNanos) {
    return (int) (nowNanos / 1_000_000) + timestampOffset;
  }
}
