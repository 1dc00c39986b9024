package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.SocketSendQueue;
import dev.sidestep.stack.wire.ParsedTcpOptions;
import dev.sidestep.stack.wire.TcpHeader;
import dev.sidestep.stack.wire.TcpOptions;
import java.lang.foreign.MemorySegment;

/** Turns what is in the send queue into segments, and owes the peer its ACKs (tcp_write_xmit). */
final class TcpOutput {

  private static final int NOTHING = -1;

  private final TcpContext context;
  private final SegmentSender sender;

  TcpOutput(TcpContext context, SegmentSender sender) {
    this.context = context;
    this.sender = sender;
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
    if (tcb.sndNxt != tcb.sendEnd()) {
      restartAfterIdle(tcb, nowNanos);
    }
    if (!fillHoles(tcb, nowNanos)) {
      transmitLater(tcb);
      return;
    }
    int length = nextLength(tcb);
    while (length != NOTHING) {
      if (!sendText(tcb, tcb.sndNxt, length, nowNanos)) {
        transmitLater(tcb);
        return;
      }
      length = nextLength(tcb);
    }
    armProbeIfStuck(tcb, nowNanos);
  }

  /**
   * Sends again what SACKs tell is lost, as far as the congestion window allows (RFC 6675 §5 step
   * C). Returns false if there was no buffer.
   */
  private boolean fillHoles(TransmissionControlBlock tcb, long nowNanos) {
    if (!tcb.sackPermitted || !tcb.recovery.isRecovering()) {
      return true;
    }
    SackScoreboard scoreboard = tcb.scoreboard;
    long sndUna = tcb.sendPosition(tcb.sndUna);
    while (tcb.congestion.windowBytes() - tcb.pipeBytes() >= tcb.mssBytes
        && scoreboard.findLostHole(sndUna, tcb.mssBytes)) {
      int seq = tcb.sndUna + (int) (scoreboard.holeStart() - sndUna);
      int length = Math.min(scoreboard.holeBytes(), tcb.retransmitLength(seq));
      if (!sendText(tcb, seq, length, nowNanos)) {
        return false;
      }
      scoreboard.retransmitted(scoreboard.holeStart() + Math.max(length, 1));
    }
    return true;
  }

  private static void restartAfterIdle(TransmissionControlBlock tcb, long nowNanos) {
    long idle = nowNanos - tcb.lastSentNanos;
    if (tcb.sndUna == tcb.sndMax && idle > tcb.rtt.rtoNanos()) {
      tcb.congestion.onIdle(idle, tcb.rtt.rtoNanos());
    }
  }

  /** Bytes of text of the segment to be sent at SND.NXT, 0 for a FIN alone, or NOTHING. */
  private static int nextLength(TransmissionControlBlock tcb) {
    int unsent = SequenceNumber.diff(tcb.sendEnd(), tcb.sndNxt);
    if (unsent < 0 || (unsent == 0 && !tcb.finQueued)) {
      return NOTHING;
    }
    int flight = SequenceNumber.diff(tcb.sndNxt, tcb.sndUna);
    int offered = tcb.sndWnd - flight;
    if (unsent == 0) {
      // As in Linux the congestion window does not hold back a FIN.
      return offered > 0 ? 0 : NOTHING;
    }
    int congestion = tcb.congestion.windowBytes() + tcb.recovery.allowanceBytes() - tcb.pipeBytes();
    int wanted = Math.min(unsent, tcb.mssBytes);
    tcb.congestionLimited = congestion < wanted;
    int length = Math.min(wanted, Math.min(offered, congestion));
    return length > 0 && isWorthSending(tcb, length, unsent) ? length : NOTHING;
  }

  /** Sender's silly window avoidance (RFC 9293 §3.8.6.2.1, MUST-38) and Nagle (SHLD-7). */
  private static boolean isWorthSending(TransmissionControlBlock tcb, int length, int unsent) {
    if (length == tcb.mssBytes || SequenceNumber.lt(tcb.sndNxt, tcb.sndMax)) {
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
    int unsent = SequenceNumber.diff(tcb.sendEnd(), tcb.sndNxt);
    boolean waiting = unsent > 0 || (unsent == 0 && tcb.finQueued);
    if (waiting && tcb.sndUna == tcb.sndMax && tcb.retransmitNanos == TimerEntry.NEVER) {
      tcb.probing = true;
      armRetransmit(tcb, nowNanos);
    }
  }

  /** Sets the retransmission timer, or the probe timer, to one RTO from now. */
  void armRetransmit(TransmissionControlBlock tcb, long nowNanos) {
    tcb.retransmitNanos = nowNanos + tcb.rtt.rtoNanos();
    context.timers.schedule(tcb, tcb.retransmitNanos);
  }

  /**
   * Sends the first unacknowledged segment again, whatever the windows say. SND.NXT moves only if
   * it had fallen back to SND.UNA. Something must be in flight.
   *
   * @return false if there was no buffer or no route
   */
  boolean retransmitFirst(TransmissionControlBlock tcb, long nowNanos) {
    return sendText(tcb, tcb.sndUna, tcb.retransmitLength(tcb.sndUna), nowNanos);
  }

  /**
   * Sends one segment with text, a FIN, or both.
   *
   * @return false if there was no buffer or no route; nothing has changed then
   */
  boolean sendText(TransmissionControlBlock tcb, int seq, int length, long nowNanos) {
    Route route = sender.route(tcb);
    int headerBytes = TcpHeader.MIN_LENGTH_BYTES + optionBytes(tcb, 0);
    PacketBuffer packet = route == null ? null : sender.begin(route, headerBytes);
    if (route == null || packet == null) {
      return false;
    }
    boolean last = seq + length == tcb.sendEnd();
    int fin = last && tcb.finQueued ? TcpHeader.FIN : 0;
    int push = last && length > 0 ? TcpHeader.PSH : 0;
    writeHeader(tcb, packet, seq, TcpHeader.ACK | fin | push, headerBytes, 0, nowNanos);
    if (length > 0) {
      long position = tcb.sendPosition(seq);
      setUrgent(tcb, packet, position);
      long at = packet.append(length);
      tcb.sendQueue().copyTo(position, packet.memory(), at, length);
    }
    sender.finish(packet, tcb, route, tcb.socket.options().trafficClass, nowNanos);
    onTextSent(tcb, seq, length, fin, nowNanos);
    return true;
  }

  /** The urgent pointer names the byte behind the urgent one, as in Linux (tcp_transmit_skb). */
  private static void setUrgent(TransmissionControlBlock tcb, PacketBuffer packet, long position) {
    long ahead = tcb.sendQueue().urgentEnd() - position;
    if (ahead > 0 && ahead <= TcpHeader.MAX_URGENT_POINTER) {
      TcpHeader.setUrgent(packet.memory(), packet.offset(), (int) ahead);
    }
  }

  private void onTextSent(
      TransmissionControlBlock tcb, int seq, int length, int fin, long nowNanos) {
    int end = seq + length + fin;
    if (SequenceNumber.lt(seq, tcb.sndMax)) {
      context.counters.increment(Counter.TCP_RETRANSMITTED_SEGMENTS);
      // Karn: the answer to something sent twice measures nothing.
      tcb.timing = false;
    } else {
      startTiming(tcb, end, nowNanos);
    }
    // A segment sent again after a timeout may be cut differently and reach beyond SND.MAX.
    int newBytes = SequenceNumber.diff(seq + length, SequenceNumber.max(seq, tcb.sndMax));
    if (newBytes > 0) {
      context.counters.add(Counter.TCP_BYTES_SENT, newBytes);
    }
    if (length < tcb.mssBytes) {
      tcb.sndSmall = end;
    }
    if (seq == tcb.sndNxt) {
      tcb.sndNxt = end;
    }
    tcb.sndMax = SequenceNumber.max(tcb.sndMax, end);
    tcb.lastSentNanos = nowNanos;
    if (length > 0) {
      tcb.delayedAck.onDataSent(context.config.delayedAckNanos(), nowNanos);
    }
    onAckSent(tcb);
    if (tcb.probing || tcb.retransmitNanos == TimerEntry.NEVER) {
      tcb.probing = false;
      armRetransmit(tcb, nowNanos);
    }
  }

  private static void startTiming(TransmissionControlBlock tcb, int end, long nowNanos) {
    if (!tcb.timing) {
      tcb.timing = true;
      tcb.timedSeq = end;
      tcb.timedSinceNanos = nowNanos;
    }
  }

  /** Sends an ACK without text now; at the next flush if there is no buffer. */
  void sendAck(TransmissionControlBlock tcb, long nowNanos) {
    if (!sendEmpty(tcb, tcb.sndMax, nowNanos)) {
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
    PacketBuffer packet = route == null ? null : sender.begin(route, headerBytes);
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
      tcb.sndMax = tcb.sndNxt;
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
      sender.sendBare(tcb, route, tcb.sndMax, tcb.rcvNxt, flags, 0, 0, nowNanos);
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
    return Math.min(tcb.reassembly.count(), tcb.timestamps ? 3 : 4);
  }

  /** RFC 2018 §4: the block that grew last comes first. */
  private static void writeSack(
      TransmissionControlBlock tcb, MemorySegment memory, long at, int blocks) {
    TcpOptions.writeSackHead(memory, at, blocks);
    int count = tcb.reassembly.count();
    int range = tcb.reassembly.newest();
    for (int i = 0; i < blocks; i++) {
      int left = SequenceNumber.atPosition(tcb.irs, tcb.reassembly.start(range));
      int right = SequenceNumber.atPosition(tcb.irs, tcb.reassembly.end(range));
      TcpOptions.writeSackBlock(memory, at, i, left, right);
      range = range + 1 < count ? range + 1 : 0;
    }
  }
}
