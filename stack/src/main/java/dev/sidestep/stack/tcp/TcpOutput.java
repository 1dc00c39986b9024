package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.SocketSendQueue;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.MemorySegment;

/** Turns what is in the send queue into segments, and owes the peer its ACKs (tcp_write_xmit). */
final class TcpOutput {

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

  /** What is lost goes first, but for F-RTO. Returns false if there was no buffer. */
  private boolean sendAll(TransmissionControlBlock tcb, long nowNanos) {
    if (!tcb.recovery.forwardRto.isNewDataFirst()) {
      return retransmission.sendLost(tcb, nowNanos) && sendNew(tcb, nowNanos);
    }
    int before = tcb.sndNxt;
    boolean whole = sendNew(tcb, nowNanos);
    boolean sent = tcb.sndNxt != before;
    tcb.recovery.forwardRto.newDataWentFirst(sent);
    return whole && (sent || retransmission.sendLost(tcb, nowNanos));
  }

  private boolean sendNew(TransmissionControlBlock tcb, long nowNanos) {
    int before = tcb.sndNxt;
    boolean whole = true;
    int length = NextSegment.lengthBytes(tcb);
    while (whole && length != NextSegment.NOTHING && mayLeave(tcb, nowNanos)) {
      whole = sendText(tcb, tcb.sndNxt, length, nowNanos);
      length = NextSegment.lengthBytes(tcb);
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
    if (tcb.pacing.mayLeave(nowNanos)) {
      return true;
    }
    tcb.paceNanos = tcb.pacing.nextNanos();
    context.timers.schedule(tcb, tcb.paceNanos);
    return false;
  }

  private static void restartAfterIdle(TransmissionControlBlock tcb, long nowNanos) {
    long idle = nowNanos - tcb.lastSentNanos;
    if (tcb.segments.isEmpty() && idle > tcb.rtt.rtoNanos()) {
      tcb.congestion.onIdle(idle, tcb.rtt.rtoNanos());
    }
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
   * @return false if there was no buffer
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
   * @return false if there was no buffer; nothing has changed then
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
    int headerBytes = TcpHeader.MIN_LENGTH_BYTES + SegmentOptions.lengthBytes(tcb, 0);
    PacketBuffer packet = sender.begin(tcb.route, headerBytes);
    if (packet == null) {
      return false;
    }
    int push = length > 0 && seq + length == tcb.sendEnd() ? TcpHeader.PSH : 0;
    writeHeader(tcb, packet, seq, TcpHeader.ACK | fin | push, headerBytes, 0, nowNanos);
    if (length > 0) {
      long position = tcb.sendPosition(seq);
      long at = packet.append(length);
      tcb.sendQueue().copyTo(position, packet.memory(), at, length);
    }
    sender.finish(packet, tcb, tcb.route, tcb.socket.options().trafficClass, nowNanos);
    return true;
  }

  /**
   * The urgent pointer names the byte behind the urgent one, as in Linux (__tcp_transmit_skb). What
   * is sent last before it says at least that there is one, if it is too far ahead.
   */
  private static void setUrgent(TransmissionControlBlock tcb, PacketBuffer packet, int seq) {
    SocketSendQueue queue = tcb.sendQueue();
    long ahead = queue.urgentEnd() - tcb.sendPosition(seq);
    boolean far = ahead > TcpHeader.MAX_URGENT_POINTER;
    boolean last = SequenceNumber.gt(seq + TcpHeader.MAX_URGENT_POINTER, tcb.sndNxt);
    if (NextSegment.isUrgent(queue) && ahead > 0 && (last || !far)) {
      int pointer = (int) Math.min(ahead, TcpHeader.MAX_URGENT_POINTER);
      TcpHeader.setUrgent(packet.memory(), packet.offset(), pointer);
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
    tcb.pacing.onSent(length, tcb.congestion.pacingBytesPerSecond(), nowNanos);
    tcb.lastSentNanos = nowNanos;
    if (length > 0) {
      tcb.delayedAck.onDataSent(context.config.delayedAckNanos(), nowNanos);
    }
    if (SegmentOptions.sackBlocks(tcb) == 0) {
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
   * Asks for the window (Linux: tcp_write_wakeup). A peer is told of an urgent byte although its
   * window is shut (RFC 9293 §3.8.5), by a segment that it takes for new.
   */
  void sendWindowProbe(TransmissionControlBlock tcb, long nowNanos) {
    long ahead = tcb.sendQueue().urgentEnd() - tcb.sendPosition(tcb.sndUna);
    if (ahead > 0 && ahead <= TcpHeader.MAX_URGENT_POINTER) {
      sendEmpty(tcb, tcb.sndUna, nowNanos);
    }
    sendProbe(tcb, nowNanos);
  }

  /**
   * Sends an ACK with a sequence number already acknowledged, which makes the peer answer: window
   * probe and keepalive, as in Linux (tcp_xmit_probe_skb; MUST-25 for the latter).
   */
  void sendProbe(TransmissionControlBlock tcb, long nowNanos) {
    sendEmpty(tcb, tcb.sndUna - 1, nowNanos);
  }

  private boolean sendEmpty(TransmissionControlBlock tcb, int seq, long nowNanos) {
    int blocks = SegmentOptions.sackBlocks(tcb);
    int headerBytes = TcpHeader.MIN_LENGTH_BYTES + SegmentOptions.lengthBytes(tcb, blocks);
    PacketBuffer packet = sender.beginControl(tcb.route, headerBytes);
    if (packet == null) {
      return false;
    }
    writeHeader(tcb, packet, seq, TcpHeader.ACK, headerBytes, blocks, nowNanos);
    sender.finish(packet, tcb, tcb.route, tcb.socket.options().trafficClass, nowNanos);
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

  /** Sends a RST that the peer will accept (RFC 9293 §3.10.5). */
  void sendReset(TransmissionControlBlock tcb, long nowNanos) {
    context.counters.increment(Counter.TCP_RESETS_SENT);
    // RFC 7323 §3.2: with a timestamp, so that a peer that insists on them believes it.
    sender.sendBare(
        tcb,
        tcb.route,
        tcb.sndNxt,
        tcb.rcvNxt,
        TcpHeader.RST | TcpHeader.ACK,
        0,
        tcb.timestamps,
        tcb.timestampClock(nowNanos),
        tcb.tsRecent,
        nowNanos);
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
    setUrgent(tcb, packet, seq);
    SegmentOptions.write(tcb, memory, at + TcpHeader.MIN_LENGTH_BYTES, sackBlocks, nowNanos);
  }
}
