package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.SocketSendQueue;
import dev.sidestep.stack.tcp.congestion.AckSample;

/** Fifth step of RFC 9293 §3.10.7.4: the ACK field of a synchronised connection (tcp_ack). */
final class AckInput {

  /** Linux (tcp_check_sack_reneging): how long a peer that seems to renege is waited for. */
  private static final long LEAST_RENEGING_NANOS = 10_000_000;

  private final TcpContext context;
  private final TcpOutput output;
  private final SendTuning tuning;
  private final ConnectionTeardown teardown;
  private final AckReport report = new AckReport();

  AckInput(TcpContext context, TcpOutput output, SendTuning tuning, ConnectionTeardown teardown) {
    this.context = context;
    this.output = output;
    this.tuning = tuning;
    this.teardown = teardown;
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
    boolean saysNothing =
        seg.segAck == tcb.sndUna && tcb.segments.isEmpty() && seg.options.sackBlockCount == 0;
    if (!saysNothing) {
      report.begin(tcb, seg, nowNanos);
      report.saysMore |= tcb.sndWnd != windowBefore || SequenceNumber.lt(seg.segAck, tcb.sndUna);
      takeNews(tcb, seg);
    }
    if (tcb.isProbing()) {
      probeAnswered(tcb, nowNanos);
    }
    output.transmitLater(tcb);
    return afterAck(tcb, nowNanos);
  }

  /** RFC 5961 §5.2: neither for something never sent nor older than a window. */
  private static boolean isPlausible(TransmissionControlBlock tcb, SegmentInfo seg) {
    return SequenceNumber.leq(seg.segAck, tcb.sndNxt)
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

  /** What the acknowledgement tells of what is outstanding, and what follows from that. */
  private void takeNews(TransmissionControlBlock tcb, SegmentInfo seg) {
    readBlocks(tcb, seg);
    readAckField(tcb, seg);
    boolean restartsTimer = learnOfPath(tcb);
    takeProbeAnswer(tcb, seg);
    if (report.reneges && report.advances) {
      waitForRenegingPeer(tcb);
    } else {
      recover(tcb);
      setTimer(tcb, restartsTimer);
    }
    control(tcb);
  }

  private void readBlocks(TransmissionControlBlock tcb, SegmentInfo seg) {
    report.sample.priorInFlightBytes = tcb.inFlightBytes();
    report.priorHighestSacked = tcb.scoreboard.highest(tcb.sendPosition(tcb.sndUna));
    if (tcb.sackPermitted && seg.options.sackBlockCount > 0) {
      tcb.scoreboard.takeBlocks(tcb, seg, report);
    }
  }

  private void readAckField(TransmissionControlBlock tcb, SegmentInfo seg) {
    if (SequenceNumber.gt(seg.segAck, tcb.sndUna)) {
      advance(tcb, seg.segAck, report.sample.nowNanos);
    } else if (report.isPureDuplicate()) {
      context.counters.increment(Counter.TCP_DUPLICATE_ACKS_RECEIVED);
    }
  }

  /** Reordering and round trip. Returns whether the timer starts anew. */
  private boolean learnOfPath(TransmissionControlBlock tcb) {
    Deliveries.finishReordering(tcb, report);
    boolean measured = tcb.deliveries.measureRoundTrip(tcb, report);
    tcb.rack.adaptWindow(report.sample.priorDeliveredBytes, tcb.deliveries.rate.deliveredBytes());
    return report.advances || (measured && isLaterThanFirst(tcb));
  }

  private void advance(TransmissionControlBlock tcb, int segAck, long nowNanos) {
    report.advances = true;
    tcb.deliveries.onCovered(tcb, segAck, report);
    tcb.sndUna = segAck;
    tcb.retransmissions = 0;
    tcb.softError = SocketError.ETIMEDOUT;
    tcb.recovery.duplicates.onCovered(tcb, report);
    tcb.scoreboard.acknowledged(tcb.sendPosition(segAck));
    releaseAcknowledged(tcb, segAck);
    tcb.route.confirmReachable(nowNanos);
  }

  /**
   * Whether what is SACKed was sent after the first hole was last sent. Only then do SACKs put the
   * timeout off, or it would never come while the hole's copy is lost (Linux: tcp_clean_rtx_queue).
   */
  private boolean isLaterThanFirst(TransmissionControlBlock tcb) {
    long sacked = report.sackedFromNanos();
    return sacked >= 0
        && !tcb.segments.isEmpty()
        && sacked < tcb.segments.sentNanos(tcb.segments.first());
  }

  /** RFC 8985 §7.4. */
  private void takeProbeAnswer(TransmissionControlBlock tcb, SegmentInfo seg) {
    TailLossProbe.Verdict verdict =
        tcb.probe.onAck(seg.segAck, report.probeArrivedTwice, report.isPureDuplicate());
    if (verdict == TailLossProbe.Verdict.REPAIRED) {
      tcb.recovery.onProbeRepaired(tcb, report.sample.nowNanos);
    }
  }

  /** The peer has thrown away what it SACKed, or its next ACK is on its way already. */
  private void waitForRenegingPeer(TransmissionControlBlock tcb) {
    long wait = Math.max(tcb.rtt.smoothedNanos() / 2, LEAST_RENEGING_NANOS);
    context.sendTimers.arm(tcb, SendTimer.RETRANSMISSION, report.sample.nowNanos + wait);
  }

  private void recover(TransmissionControlBlock tcb) {
    if (!tcb.recovery.isDoubtful(report)) {
      return;
    }
    tcb.recovery.readEcho(tcb, report);
    tcb.recovery.onAck(tcb, report);
    if (tcb.recovery.takeEntered()) {
      context.counters.increment(Counter.TCP_FAST_RETRANSMITS);
    }
    if (tcb.recovery.takeUndone()) {
      context.counters.increment(Counter.TCP_SPURIOUS_RECOVERIES);
    }
  }

  private void setTimer(TransmissionControlBlock tcb, boolean restarts) {
    long nowNanos = report.sample.nowNanos;
    if (report.waitNanos > 0) {
      context.sendTimers.arm(tcb, SendTimer.REORDERING, nowNanos + report.waitNanos);
    } else if (restarts) {
      context.sendTimers.restart(tcb, nowNanos);
    }
  }

  /** Tells the congestion control (Linux: tcp_cong_control). */
  private void control(TransmissionControlBlock tcb) {
    AckSample sample = report.sample;
    tcb.deliveries.rate.finish(report, tcb.deliveries.minRttNanos());
    sample.inFlightBytes = tcb.inFlightBytes();
    sample.smoothedRttNanos = tcb.rtt.smoothedNanos();
    sample.minRttNanos = tcb.deliveries.minRttNanos();
    sample.windowLimited = tcb.windowUsage.isLimited(tcb.congestion);
    if (tcb.congestion.controlsRecovery()) {
      tcb.congestion.onAck(sample);
    } else if (tcb.recovery.isReducing()) {
      boolean progress = report.advances && sample.lostBytes == 0;
      tcb.recovery.reduce(tcb, sample.deliveredBytes, progress);
    } else if (sample.deliveredBytes > 0 && (report.advances || tcb.rack.hasHighDegree())) {
      tcb.congestion.onAck(sample);
      tuning.onWindowGrown(tcb);
    }
  }

  private void releaseAcknowledged(TransmissionControlBlock tcb, int segAck) {
    SocketSendQueue queue = tcb.sendQueue();
    long acknowledged = Math.min(tcb.sendPosition(segAck), queue.tail());
    if (acknowledged > queue.head()) {
      queue.acknowledge(acknowledged);
      teardown.signalLater(tcb, Readiness.WRITE);
    }
  }

  /** The peer is alive (SHLD-29 of RFC 9293 §3.8.6.1: the connection stays open). */
  private void probeAnswered(TransmissionControlBlock tcb, long nowNanos) {
    tcb.retransmissions = 0;
    if (tcb.sndWnd > 0) {
      tcb.rtt.resetBackoff();
      context.sendTimers.cancel(tcb);
      context.sendTimers.rearm(tcb, nowNanos);
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
        teardown.enterTimeWait(tcb, nowNanos);
        return false;
      }
      case LAST_ACK -> {
        teardown.destroy(tcb);
        return false;
      }
      default -> {
        // Nothing new.
      }
    }
    return true;
  }
}
