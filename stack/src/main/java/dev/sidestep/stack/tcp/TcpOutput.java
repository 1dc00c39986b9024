package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.SocketSendQueue;
import dev.sidestep.stack.tcp.congestion.CongestionControl;
import dev.sidestep.stack.wire.ParsedTcpOptions;
import dev.sidestep.stack.wire.TcpHeader;
import dev.sidestep.stack.wire.TcpOptions;
import java.lang.foreign.MemorySegment;

/** Turns what is in the send queue into segments, and owes the peer its ACKs (tcp_write_xmit). */
final class TcpOutput {

  private static final int NOTHING = -1;

  /** What a pace that was not used up may be made up for at once, as in Linux about a burst. */
  private static final long PACING_CREDIT_NANOS = 1_000_000;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final TcpContext context;
  private final SegmentSender sender;
  private final Retransmission retransmission;

  TcpOutput(TcpContext context, SegmentSender sender) {
    this.context = context;
    this.sender = sender;
    this.retransmission = new Retransmission(context, this);
  }

  /** Has {@link #transmit} run at the end of this poll. */
  void transmitLater(TransmissionControlBlock tcb) {
    tcb.outputPending = true;
    context.touched.add(tcb);
  }

  /** Has an ACK sent at the end of this poll, unless data carries it before. */
  void acknowledgeLater(TransmissionControlBlock tcb) {
    tcb.ackNow = true;
    context.touched.add(tcb);
  }

  /** Sends as much as the windows, Nagle and the buffer pool allow. */
  void transmit(TransmissionControlBlock tcb, long nowNanos) {
    tcb.outputPending = false;
    if (!tcb.canSend()) {
      return;
    }
    if (tcb.hasUnsent()) {
      restartAfterIdle(tcb, nowNanos);
    }
    if (!sendAll(tcb, nowNanos)) {
      transmitLater(tcb);
      return;
    }
    armProbeIfStuck(tcb, nowNanos);
  }

  /** What is lost goes first, but for F-RTO. Returns false if there was no buffer or no route. */
  private boolean sendAll(TransmissionControlBlock tcb, long nowNanos) {
    if (!tcb.recovery.isNewDataFirst()) {
      return retransmission.sendLost(tcb, nowNanos) && sendNew(tcb, nowNanos);
    }
    int before = tcb.sndNxt;
    boolean whole = sendNew(tcb, nowNanos);
    boolean sent = tcb.sndNxt != before;
    tcb.recovery.newDataWentFirst(sent);
    return whole && (sent || retransmission.sendLost(tcb, nowNanos));
  }

  private boolean sendNew(TransmissionControlBlock tcb, long nowNanos) {
    int before = tcb.sndNxt;
    boolean whole = true;
    int length = nextLength(tcb);
    while (whole && length != NOTHING && mayLeave(tcb, nowNanos)) {
      whole = sendText(tcb, tcb.sndNxt, length, nowNanos);
      length = nextLength(tcb);
    }
    boolean full = tcb.inFlightBytes() + tcb.mssBytes > tcb.congestion.windowBytes();
    if (tcb.sndNxt != before) {
      tcb.windowUsage.onSent(tcb.sndUna, tcb.sndNxt, full);
      context.sendTimers.onSent(tcb, nowNanos);
    } else if (full) {
      tcb.windowUsage.onSent(tcb.sndUna, tcb.sndNxt, true);
    }
    if (!full && !tcb.hasUnsent()) {
      tcb.deliveries.rate.onApplicationLimited(tcb.inFlightBytes());
    }
    return whole;
  }

  /** Whether the congestion control's pace lets a segment leave now; if not, it will be tried. */
  boolean mayLeave(TransmissionControlBlock tcb, long nowNanos) {
    if (nowNanos >= tcb.pacedUntilNanos) {
      return true;
    }
    tcb.paceNanos = tcb.pacedUntilNanos;
    context.timers.schedule(tcb, tcb.paceNanos);
    return false;
  }

  /** What has left is to be followed at the pace the congestion control asks for. */
  private static void pace(TransmissionControlBlock tcb, int bytes, long nowNanos) {
    long rate = tcb.congestion.pacingBytesPerSecond();
    if (rate != CongestionControl.NOT_PACED) {
      long from = Math.max(tcb.pacedUntilNanos, nowNanos - PACING_CREDIT_NANOS);
      tcb.pacedUntilNanos = from + (bytes * NANOS_PER_SECOND / rate);
    }
  }

  private static void restartAfterIdle(TransmissionControlBlock tcb, long nowNanos) {
    long idle = nowNanos - tcb.lastSentNanos;
    if (tcb.segments.isEmpty() && idle > tcb.rtt.rtoNanos()) {
      tcb.congestion.onIdle(idle, tcb.rtt.rtoNanos());
    }
  }

  /** Bytes of text of the segment to be sent at SND.NXT, 0 for a FIN alone, or NOTHING. */
  private static int nextLength(TransmissionControlBlock tcb) {
    int unsent = SequenceNumber.diff(tcb.sendEnd(), tcb.sndNxt);
    if (unsent < 0 || (unsent == 0 && !tcb.finQueued)) {
      return NOTHING;
    }
    int offered = tcb.sndWnd - tcb.flightBytes();
    if (unsent == 0) {
      // As in Linux the congestion window does not hold back a FIN.
      return offered > 0 ? 0 : NOTHING;
    }
    int wanted = Math.min(unsent, tcb.mssBytes);
    if (tcb.inFlightBytes() + wanted > tcb.congestion.windowBytes()) {
      return NOTHING;
    }
    int length = Math.min(wanted, offered);
    return length > 0 && isWorthSending(tcb, length, unsent) ? length : NOTHING;
  }

  /** Sender's silly window avoidance (RFC 9293 §3.8.6.2.1, MUST-38) and Nagle (SHLD-7). */
  private static boolean isWorthSending(TransmissionControlBlock tcb, int length, int unsent) {
    if (length == tcb.mssBytes) {
      return true;
    }
    if (length < unsent) {
      return length >= tcb.maxSndWnd / 2;
    }
    // Minshall's variant, as in Linux: only one small segment may be unacknowledged.
    boolean smallInFlight =
        SequenceNumber.gt(tcb.sndSmall, tcb.sndUna) && SequenceNumber.leq(tcb.sndSmall, tcb.sndNxt);
    return !smallInFlight
        || tcb.finQueued
        || tcb.socket.options().noDelay
        || isUrgent(tcb.sendQueue())
        || isFull(tcb.sendQueue());
  }

  /** Whether an urgent byte is not acknowledged yet (Linux: tcp_urg_mode). */
  private static boolean isUrgent(SocketSendQueue queue) {
    return queue.urgentEnd() > queue.head();
  }

  /** Nothing can be added to a small segment, so there is nothing to wait for, as in Linux. */
  private static boolean isFull(SocketSendQueue queue) {
    return queue.freeBytes() == 0;
  }

  /** RFC 9293 §3.8.6.1: nothing is in flight that an ACK could answer, so ask for the window. */
  private void armProbeIfStuck(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.hasUnsent()
        && tcb.segments.isEmpty()
        && tcb.retransmitNanos == TimerEntry.NEVER
        && tcb.paceNanos == TimerEntry.NEVER) {
      armWindowProbe(tcb, nowNanos);
    }
  }

  /** Sets the timer for a zero-window probe to one RTO from now. */
  void armWindowProbe(TransmissionControlBlock tcb, long nowNanos) {
    context.sendTimers.arm(tcb, SendTimer.WINDOW_PROBE, nowNanos + tcb.rtt.rtoNanos());
  }

  /** Sets the retransmission timer to one RTO from now. */
  void armRetransmit(TransmissionControlBlock tcb, long nowNanos) {
    context.sendTimers.armRetransmission(tcb, nowNanos);
  }

  Retransmission retransmission() {
    return retransmission;
  }

  /**
   * Sends one new segment for a tail loss probe, as Linux whatever Nagle and the congestion window
   * say (RFC 8985 §7.3). Returns false if there is none, or no room in the peer's window.
   */
  boolean sendProbeText(TransmissionControlBlock tcb, long nowNanos) {
    int unsent = SequenceNumber.diff(tcb.sendEnd(), tcb.sndNxt);
    int length = Math.min(unsent, tcb.mssBytes);
    return length > 0
        && length <= tcb.sndWnd - tcb.flightBytes()
        && sendText(tcb, tcb.sndNxt, length, nowNanos);
  }

  /**
   * Sends a segment that was sent before once more.
   *
   * @param lengthBytes its length, a FIN included
   * @return false if there was no buffer or no route
   */
  boolean sendAgain(TransmissionControlBlock tcb, long position, int lengthBytes, long nowNanos) {
    int text = (int) Math.min(lengthBytes, tcb.sendQueue().tail() - position);
    int seq = SequenceNumber.atPosition(tcb.iss, position);
    int fin = lengthBytes > text ? TcpHeader.FIN : 0;
    if (!emit(tcb, seq, text, fin, nowNanos)) {
      return false;
    }
    afterText(tcb, text, nowNanos);
    return true;
  }

  /**
   * Sends one new segment with text, a FIN, or both.
   *
   * @return false if there was no buffer or no route; nothing has changed then
   */
  boolean sendText(TransmissionControlBlock tcb, int seq, int length, long nowNanos) {
    boolean last = seq + length == tcb.sendEnd();
    int fin = last && tcb.finQueued ? TcpHeader.FIN : 0;
    if (!emit(tcb, seq, length, fin, nowNanos)) {
      return false;
    }
    onNewSent(tcb, seq, length, fin, nowNanos);
    afterText(tcb, length, nowNanos);
    return true;
  }

  private boolean emit(TransmissionControlBlock tcb, int seq, int length, int fin, long nowNanos) {
    Route route = sender.route(tcb);
    int headerBytes = TcpHeader.MIN_LENGTH_BYTES + optionBytes(tcb, 0);
    PacketBuffer packet = route == null ? null : sender.begin(route, headerBytes);
    if (route == null || packet == null) {
      return false;
    }
    int push = length > 0 && seq + length == tcb.sendEnd() ? TcpHeader.PSH : 0;
    writeHeader(tcb, packet, seq, TcpHeader.ACK | fin | push, headerBytes, 0, nowNanos);
    if (length > 0) {
      long position = tcb.sendPosition(seq);
      setUrgent(tcb, packet, position);
      long at = packet.append(length);
      tcb.sendQueue().copyTo(position, packet.memory(), at, length);
    }
    sender.finish(packet, tcb, route, tcb.socket.options().trafficClass, nowNanos);
    return true;
  }

  /** The urgent pointer names the byte behind the urgent one, as in Linux (tcp_transmit_skb). */
  private static void setUrgent(TransmissionControlBlock tcb, PacketBuffer packet, long position) {
    long ahead = tcb.sendQueue().urgentEnd() - position;
    if (ahead > 0 && ahead <= TcpHeader.MAX_URGENT_POINTER) {
      TcpHeader.setUrgent(packet.memory(), packet.offset(), (int) ahead);
    }
  }

  private void onNewSent(
      TransmissionControlBlock tcb, int seq, int length, int fin, long nowNanos) {
    SentSegments segments = tcb.segments;
    boolean first = segments.isEmpty();
    int slot = segments.append(tcb.sendPosition(seq), length + fin, nowNanos);
    tcb.deliveries.rate.onSent(segments, slot, first, nowNanos);
    tcb.recovery.onSent(length + fin, false, nowNanos);
    tcb.sndNxt = seq + length + fin;
    context.counters.add(Counter.TCP_BYTES_SENT, length);
    if (length < tcb.mssBytes) {
      tcb.sndSmall = tcb.sndNxt;
    }
    boolean unwatched =
        tcb.sendTimer == SendTimer.LOSS_PROBE || tcb.sendTimer == SendTimer.WINDOW_PROBE;
    if (first || unwatched || tcb.retransmitNanos == TimerEntry.NEVER) {
      context.sendTimers.rearm(tcb, nowNanos);
    }
  }

  private void afterText(TransmissionControlBlock tcb, int length, long nowNanos) {
    pace(tcb, length, nowNanos);
    tcb.lastSentNanos = nowNanos;
    if (length > 0) {
      tcb.delayedAck.onDataSent(context.config.delayedAckNanos(), nowNanos);
    }
    if (sackBlocks(tcb) == 0) {
      // Text carries no blocks: what they tell has to go by itself.
      onAckSent(tcb);
    }
  }

  /** Sends an ACK without text now; at the next flush if there is no buffer. */
  void sendAck(TransmissionControlBlock tcb, long nowNanos) {
    if (!sendEmpty(tcb, tcb.sndNxt, nowNanos)) {
      acknowledgeLater(tcb);
    }
  }

  /**
   * Sends an ACK with a sequence number already acknowledged, which makes the peer answer: window
   * probe and keepalive, as in Linux (tcp_xmit_probe_skb; MUST-25 for the latter).
   */
  void sendProbe(TransmissionControlBlock tcb, long nowNanos) {
    sendEmpty(tcb, tcb.sndUna - 1, nowNanos);
  }

  private boolean sendEmpty(TransmissionControlBlock tcb, int seq, long nowNanos) {
    int blocks = sackBlocks(tcb);
    int headerBytes = TcpHeader.MIN_LENGTH_BYTES + optionBytes(tcb, blocks);
    Route route = sender.route(tcb);
    PacketBuffer packet = route == null ? null : sender.beginControl(route, headerBytes);
    if (route == null || packet == null) {
      return false;
    }
    writeHeader(tcb, packet, seq, TcpHeader.ACK, headerBytes, blocks, nowNanos);
    sender.finish(packet, tcb, route, tcb.socket.options().trafficClass, nowNanos);
    onAckSent(tcb);
    return true;
  }

  private static void onAckSent(TransmissionControlBlock tcb) {
    tcb.lastAckSent = tcb.rcvNxt;
    tcb.delayedAckNanos = TimerEntry.NEVER;
    tcb.ackNow = false;
    tcb.delayedAck.onAckSent();
    tcb.receiveQueue().setAckDueWhenDrained(false);
  }

  /** Acknowledges something illegitimate, at most twice a second (RFC 5961 §7). */
  void sendChallengeAck(TransmissionControlBlock tcb, long nowNanos) {
    if (nowNanos < tcb.nextChallengeNanos) {
      return;
    }
    tcb.nextChallengeNanos = nowNanos + TcpInput.CHALLENGE_INTERVAL_NANOS;
    context.counters.increment(Counter.TCP_CHALLENGE_ACKS_SENT);
    sendAck(tcb, nowNanos);
  }

  /** Sends the SYN, or in SYN-RECEIVED the SYN-ACK. Returns false if there was no buffer. */
  private boolean sendSyn(TransmissionControlBlock tcb, long nowNanos) {
    boolean answers = tcb.state == TcpState.SYN_RECEIVED;
    boolean timestamps = !answers || tcb.timestamps;
    boolean sack = !answers || tcb.sackPermitted;
    int scale = tcb.rcvWindowScale == 0 && answers ? ParsedTcpOptions.ABSENT : tcb.rcvWindowScale;
    Route route = sender.route(tcb);
    tcb.windowField = ReceiveWindow.synField(tcb.receiveQueue().capacityBytes());
    boolean sent =
        route != null
            && sender.sendSyn(
                tcb,
                route,
                tcb.iss,
                answers ? tcb.rcvNxt : 0,
                answers ? TcpHeader.SYN | TcpHeader.ACK : TcpHeader.SYN,
                tcb.windowField,
                sack,
                timestamps,
                tcb.timestampClock(nowNanos),
                tcb.tsRecent,
                scale,
                tcb.socket.options().trafficClass,
                nowNanos);
    if (sent) {
      tcb.sndNxt = tcb.iss + 1;
    }
    return sent;
  }

  /**
   * Sends the SYN or SYN-ACK and sets its timer; at the next flush if there is no buffer. The timer
   * then only sees to it that this does not last for ever: with the first one sent it starts anew.
   */
  void open(TransmissionControlBlock tcb, long nowNanos) {
    boolean opening = tcb.state == TcpState.SYN_SENT || tcb.state == TcpState.SYN_RECEIVED;
    boolean first = tcb.sndNxt == tcb.iss;
    boolean waited = tcb.synPending;
    tcb.synPending = opening && !sendSyn(tcb, nowNanos);
    if (tcb.synPending) {
      context.touched.add(tcb);
    } else if (opening && first) {
      tcb.timedSinceNanos = nowNanos;
      tcb.retransmissions = 0;
      tcb.rtt.resetBackoff();
    }
    if (opening && !(waited && tcb.synPending)) {
      armRetransmit(tcb, nowNanos);
    }
  }

  /** Sends a RST that the peer will accept (RFC 9293 §3.10.5). */
  void sendReset(TransmissionControlBlock tcb, long nowNanos) {
    Route route = sender.route(tcb);
    if (route != null) {
      context.counters.increment(Counter.TCP_RESETS_SENT);
      int flags = TcpHeader.RST | TcpHeader.ACK;
      // RFC 7323 §3.2: with a timestamp, so that a peer that insists on them believes it.
      sender.sendBare(
          tcb,
          route,
          tcb.sndNxt,
          tcb.rcvNxt,
          flags,
          0,
          tcb.timestamps,
          tcb.timestampClock(nowNanos),
          tcb.tsRecent,
          nowNanos);
    }
  }

  private void writeHeader(
      TransmissionControlBlock tcb,
      PacketBuffer packet,
      int seq,
      int flags,
      int headerBytes,
      int sackBlocks,
      long nowNanos) {
    MemorySegment memory = packet.memory();
    long at = packet.offset();
    TcpHeader.write(
        memory,
        at,
        tcb.localPort(),
        tcb.remotePort(),
        seq,
        tcb.rcvNxt,
        headerBytes,
        flags,
        ReceiveWindow.select(tcb));
    at += TcpHeader.MIN_LENGTH_BYTES;
    if (tcb.timestamps) {
      at += TcpOptions.writeTimestamps(memory, at, tcb.timestampClock(nowNanos), tcb.tsRecent);
    }
    if (sackBlocks > 0) {
      writeSack(tcb, memory, at, sackBlocks);
    }
  }

  private static int optionBytes(TransmissionControlBlock tcb, int sackBlocks) {
    int timestamps = tcb.timestamps ? TcpOptions.TIMESTAMPS_LENGTH_BYTES : 0;
    return timestamps + TcpOptions.sackLength(sackBlocks);
  }

  private static int sackBlocks(TransmissionControlBlock tcb) {
    if (!tcb.sackPermitted) {
      return 0;
    }
    // 40 bytes of options hold four blocks, or three beside timestamps (RFC 2018 §3).
    int blocks = tcb.reassembly.count() + (tcb.duplicates.isEmpty() ? 0 : 1);
    return Math.min(blocks, tcb.timestamps ? 3 : 4);
  }

  /** RFC 2883 §4: first what came twice; RFC 2018 §4: then the block that grew last. */
  private static void writeSack(
      TransmissionControlBlock tcb, MemorySegment memory, long at, int blocks) {
    TcpOptions.writeSackHead(memory, at, blocks);
    int first = 0;
    if (!tcb.duplicates.isEmpty()) {
      DuplicateReport duplicates = tcb.duplicates;
      TcpOptions.writeSackBlock(memory, at, first++, duplicates.left(), duplicates.right());
      duplicates.clear();
    }
    int count = tcb.reassembly.count();
    int range = count == 0 ? 0 : tcb.reassembly.newest();
    for (int i = first; i < blocks; i++) {
      int left = SequenceNumber.atPosition(tcb.irs, tcb.reassembly.start(range));
      int right = SequenceNumber.atPosition(tcb.irs, tcb.reassembly.end(range));
      TcpOptions.writeSackBlock(memory, at, i, left, right);
      range = range + 1 < count ? range + 1 : 0;
    }
  }
}
