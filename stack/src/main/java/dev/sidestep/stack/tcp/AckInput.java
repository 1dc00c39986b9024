package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.SocketSendQueue;
import dev.sidestep.stack.tcp.congestion.LossRecovery;
import dev.sidestep.stack.wire.TcpHeader;

/** Fifth step of RFC 9293 §3.10.7.4: the ACK field of a synchronised connection (tcp_ack). */
final class AckInput {

  private final TcpContext context;
  private final TcpOutput output;
  private final BufferTuning tuning;
  private final ConnectionEnd end;

  AckInput(TcpContext context, TcpOutput output, BufferTuning tuning, ConnectionEnd end) {
    this.context = context;
    this.output = output;
    this.tuning = tuning;
    this.end = end;
  }

  /** Handles the acknowledgement. Returns whether the segment's text is to be looked at. */
  boolean process(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    if (!isPlausible(tcb, seg)) {
      context.counters.drop(DropReason.TCP_BAD_ACK);
      output.sendChallengeAck(tcb, nowNanos);
      return false;
    }
    rememberTimestamp(tcb, seg, nowNanos);
    int windowBefore = tcb.sndWnd;
    updateWindow(tcb, seg);
    boolean sacksMore = tcb.sackPermitted && tcb.scoreboard.takeBlocks(tcb, seg.options);
    if (SequenceNumber.gt(seg.segAck, tcb.sndUna)) {
      acknowledged(tcb, seg, nowNanos);
    } else if (isDuplicate(tcb, seg, windowBefore)) {
      // RFC 6675 §2: with SACK a duplicate is one that tells of something new.
      duplicate(tcb, sacksMore || !tcb.sackPermitted, nowNanos);
    }
    if (sacksMore) {
      sacked(tcb, nowNanos);
    }
    if (tcb.probing) {
      probeAnswered(tcb, nowNanos);
    }
    output.transmitLater(tcb);
    return afterAck(tcb, nowNanos);
  }

  /** RFC 5961 §5.2: neither for something never sent nor older than a window. */
  private static boolean isPlausible(TransmissionControlBlock tcb, SegmentInfo seg) {
    return SequenceNumber.leq(seg.segAck, tcb.sndMax)
        && SequenceNumber.geq(seg.segAck, tcb.sndUna - tcb.maxSndWnd);
  }

  /**
   * TS.Recent follows segments that reach back to the last ACK (RFC 7323 §4.3 (2)). As in Linux
   * only once the ACK is judged, and not with an old one: whoever guesses nothing but an address
   * and a port must not make PAWS drop what the peer sends.
   */
  private static void rememberTimestamp(
      TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    if (tcb.timestamps
        && seg.options.timestampPresent
        && SequenceNumber.geq(seg.segAck, tcb.sndUna)
        && SequenceNumber.leq(seg.segSeq, tcb.lastAckSent)) {
      tcb.tsRecent = seg.options.timestampValue;
      tcb.tsRecentNanos = nowNanos;
    }
  }

  /** Takes over the window unless the segment is older than the one that set it. */
  private static void updateWindow(TransmissionControlBlock tcb, SegmentInfo seg) {
    boolean newer =
        SequenceNumber.gt(seg.segAck, tcb.sndUna)
            || SequenceNumber.lt(tcb.sndWl1, seg.segSeq)
            || (tcb.sndWl1 == seg.segSeq && SequenceNumber.leq(tcb.sndWl2, seg.segAck));
    if (newer && SequenceNumber.geq(seg.segAck, tcb.sndUna)) {
      tcb.sndWnd = seg.windowField << tcb.sndWindowScale;
      tcb.maxSndWnd = Math.max(tcb.maxSndWnd, tcb.sndWnd);
      tcb.sndWl1 = seg.segSeq;
      tcb.sndWl2 = seg.segAck;
    }
  }

  /** RFC 5681 §2. */
  private static boolean isDuplicate(
      TransmissionControlBlock tcb, SegmentInfo seg, int windowBefore) {
    return seg.segAck == tcb.sndUna
        && tcb.sndUna != tcb.sndMax
        && seg.payloadBytes == 0
        && !seg.has(TcpHeader.FIN)
        && tcb.sndWnd == windowBefore;
  }

  private void duplicate(TransmissionControlBlock tcb, boolean counts, long nowNanos) {
    context.counters.increment(Counter.TCP_DUPLICATE_ACKS_RECEIVED);
    if (counts
        && tcb.recovery.onDuplicateAck(tcb.sndUna, tcb.sndMax, tcb.mssBytes)
            == LossRecovery.Action.ENTER) {
      enterRecovery(tcb, nowNanos);
    }
  }

  /** RFC 6675 §5: enough has arrived beyond the first hole to call it lost. */
  private void sacked(TransmissionControlBlock tcb, long nowNanos) {
    long sndUna = tcb.sendPosition(tcb.sndUna);
    if (tcb.recovery.isRecovering()) {
      tcb.scoreboard.noticeLostRetransmission(sndUna, tcb.sendPosition(tcb.sndMax), tcb.mssBytes);
    } else if (tcb.scoreboard.isLost(sndUna, tcb.mssBytes)
        && tcb.recovery.onSelectiveLoss(tcb.sndUna, tcb.sndMax) == LossRecovery.Action.ENTER) {
      enterRecovery(tcb, nowNanos);
    }
  }

  private void enterRecovery(TransmissionControlBlock tcb, long nowNanos) {
    context.counters.increment(Counter.TCP_FAST_RETRANSMITS);
    tcb.congestion.onLoss(tcb.flightBytes());
    // A timeout may have been repairing something: from here on holes are filled one by one.
    tcb.sndNxt = tcb.sndMax;
    long sndUna = tcb.sendPosition(tcb.sndUna);
    tcb.scoreboard.begin(sndUna, tcb.sendPosition(tcb.sndMax));
    retransmitFirst(tcb, sndUna, nowNanos);
  }

  /** What is acknowledged only in part lacks its first segment (RFC 6582 §3.2 step 3). */
  private void retransmitAfterPartialAck(TransmissionControlBlock tcb, long nowNanos) {
    long sndUna = tcb.sendPosition(tcb.sndUna);
    if (!tcb.sackPermitted || !tcb.scoreboard.isFirstRetransmitted(sndUna)) {
      retransmitFirst(tcb, sndUna, nowNanos);
    }
  }

  private void retransmitFirst(TransmissionControlBlock tcb, long sndUna, long nowNanos) {
    int length = tcb.retransmitLength(tcb.sndUna);
    if (output.retransmitFirst(tcb, nowNanos)) {
      tcb.scoreboard.retransmitted(sndUna + Math.max(length, 1));
    }
  }

  private void acknowledged(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    int ackedBytes = SequenceNumber.diff(seg.segAck, tcb.sndUna);
    int flightBefore = tcb.flightBytes();
    measureRoundTrip(tcb, seg, nowNanos);
    tcb.sndUna = seg.segAck;
    tcb.sndNxt = SequenceNumber.max(tcb.sndNxt, seg.segAck);
    tcb.retransmissions = 0;
    tcb.softError = SocketError.ETIMEDOUT;
    tcb.rtt.resetBackoff();
    tcb.scoreboard.acknowledged(tcb.sendPosition(seg.segAck), tcb.sendPosition(tcb.sndMax));
    releaseAcknowledged(tcb, seg.segAck);
    restartTimer(tcb, nowNanos);
    recoverOrGrow(tcb, ackedBytes, flightBefore, nowNanos);
    tcb.route.confirmReachable(nowNanos);
  }

  private static void measureRoundTrip(
      TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    if (tcb.timing) {
      if (SequenceNumber.geq(seg.segAck, tcb.timedSeq)) {
        tcb.timing = false;
        tcb.rtt.sample(nowNanos - tcb.timedSinceNanos);
      }
    } else if (tcb.timestamps
        && seg.options.timestampPresent
        && seg.options.timestampEchoReply != 0) {
      // RFC 7323 §4.1: the echo says which of the copies was answered. One that is older than the
      // last copy sent tells how long ACKs were lost, not how long the path is.
      int elapsedMillis = tcb.timestampClock(nowNanos) - seg.options.timestampEchoReply;
      long sinceSentMillis = (nowNanos - tcb.lastSentNanos) / 1_000_000;
      if (elapsedMillis >= 0 && elapsedMillis <= sinceSentMillis + 1) {
        tcb.rtt.sample(elapsedMillis * 1_000_000L);
      }
    }
  }

  private void releaseAcknowledged(TransmissionControlBlock tcb, int segAck) {
    SocketSendQueue queue = tcb.sendQueue();
    long acknowledged = Math.min(tcb.sendPosition(segAck), queue.tail());
    if (acknowledged > queue.head()) {
      queue.acknowledge(acknowledged);
      end.signalLater(tcb, Readiness.WRITE);
    }
  }

  /** RFC 6298 §5.2, §5.3. */
  private void restartTimer(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.sndUna == tcb.sndMax) {
      tcb.retransmitNanos = TimerEntry.NEVER;
      tcb.probing = false;
    } else {
      output.armRetransmit(tcb, nowNanos);
    }
  }

  private void recoverOrGrow(
      TransmissionControlBlock tcb, int ackedBytes, int flightBefore, long nowNanos) {
    boolean repairing = tcb.recovery.isRecovering();
    switch (tcb.recovery.onNewAck(tcb.sndUna, ackedBytes, tcb.mssBytes)) {
      case RETRANSMIT -> retransmitAfterPartialAck(tcb, nowNanos);
      case EXIT -> tcb.congestion.onRecovered();
      default -> {
        if (!repairing) {
          grow(tcb, ackedBytes, flightBefore);
        }
      }
    }
  }

  private void grow(TransmissionControlBlock tcb, int ackedBytes, int flightBefore) {
    // Linux (tcp_is_cwnd_limited): in slow start half a window in flight is reason enough.
    boolean half = tcb.congestion.inSlowStart() && tcb.congestion.windowBytes() < 2 * flightBefore;
    tcb.congestion.onAck(ackedBytes, tcb.congestionLimited || half);
    tuning.onWindowGrown(tcb);
  }

  /** The peer is alive (SHLD-29 of RFC 9293 §3.8.6.1: the connection stays open). */
  private void probeAnswered(TransmissionControlBlock tcb, long nowNanos) {
    tcb.retransmissions = 0;
    if (tcb.sndWnd > 0) {
      tcb.probing = false;
      tcb.retransmitNanos = TimerEntry.NEVER;
      tcb.rtt.resetBackoff();
    } else if (tcb.retransmitNanos == TimerEntry.NEVER) {
      output.armRetransmit(tcb, nowNanos);
    }
  }

  /** What an acknowledged FIN changes. Returns whether the connection goes on. */
  private boolean afterAck(TransmissionControlBlock tcb, long nowNanos) {
    if (!tcb.isFinAcknowledged()) {
      return true;
    }
    switch (tcb.state) {
      case FIN_WAIT_1 -> {
        tcb.state = TcpState.FIN_WAIT_2;
        if (tcb.orphaned) {
          tcb.sendQueue().close();
          tcb.socket.end();
        }
        TcpTimers.armFinWait2(context, tcb, nowNanos);
      }
      case CLOSING -> {
        end.enterTimeWait(tcb, nowNanos);
        return false;
      }
      case LAST_ACK -> {
        end.destroy(tcb);
        return false;
      }
      default -> {
        // Nothing new.
      }
    }
    return true;
  }
}
