package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.socket.StreamOptions;

/** What to do when a connection's deadline has come (RFC 9293 §3.10.8; tcp_timer.c). */
final class TcpTimers {

  /** After so long without a segment the queues give their memory back. */
  static final long IDLE_NANOS = 1_000_000_000L;

  /** After so many timeouts in a row the path is suspected to swallow large packets. */
  private static final int BLACK_HOLE_RETRANSMISSIONS = 3;

  /** Linux: tcp_base_mss. */
  private static final int BLACK_HOLE_MSS_BYTES = 1024;

  private static final long SECOND_NANOS = 1_000_000_000L;

  private final TcpContext context;
  private final SynOutput syns;
  private final TcpOutput output;
  private final ConnectionTeardown teardown;

  TcpTimers(TcpContext context, SynOutput syns, TcpOutput output, ConnectionTeardown teardown) {
    this.context = context;
    this.syns = syns;
    this.output = output;
    this.teardown = teardown;
  }

  /** Runs those of a connection's timers that are due, and sets the next. */
  void expired(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.retransmitNanos <= nowNanos) {
      tcb.retransmitNanos = TimerEntry.NEVER;
      outputDue(tcb, nowNanos);
    }
    if (tcb.state != TcpState.CLOSED && tcb.paceNanos <= nowNanos) {
      tcb.paceNanos = TimerEntry.NEVER;
      output.transmit(tcb, nowNanos);
    }
    if (tcb.state != TcpState.CLOSED && tcb.delayedAckNanos <= nowNanos) {
      tcb.delayedAckNanos = TimerEntry.NEVER;
      context.counters.increment(Counter.TCP_DELAYED_ACKS);
      tcb.delayedAck.onDelayOver();
      output.sendAck(tcb, nowNanos);
    }
    if (tcb.state != TcpState.CLOSED && tcb.keepaliveNanos <= nowNanos) {
      tcb.keepaliveNanos = TimerEntry.NEVER;
      keepalive(tcb, nowNanos);
    }
    if (tcb.state != TcpState.CLOSED && tcb.idleNanos <= nowNanos) {
      releaseIfIdle(tcb, nowNanos);
    }
    if (tcb.state != TcpState.CLOSED) {
      context.timers.schedule(tcb, tcb.deadlineNanos());
    }
  }

  private void outputDue(TransmissionControlBlock tcb, long nowNanos) {
    switch (tcb.sendTimer) {
      case RETRANSMISSION, WINDOW_PROBE -> retransmit(tcb, nowNanos);
      case LOSS_PROBE -> output.retransmission().sendLossProbe(tcb, nowNanos);
      case REORDERING -> {
        tcb.recovery.onReorderingTimeout(tcb, nowNanos);
        if (tcb.recovery.takeEntered()) {
          context.counters.increment(Counter.TCP_FAST_RETRANSMITS);
        }
        context.sendTimers.rearm(tcb, nowNanos);
        output.transmit(tcb, nowNanos);
      }
    }
  }

  private void retransmit(TransmissionControlBlock tcb, long nowNanos) {
    boolean opening = tcb.state == TcpState.SYN_SENT || tcb.state == TcpState.SYN_RECEIVED;
    if (tcb.retransmissions >= limit(tcb, opening)) {
      teardown.fail(tcb, tcb.softError);
    } else if (opening) {
      tcb.retransmissions++;
      tcb.rtt.backOff();
      tcb.synPending = false;
      context.counters.increment(Counter.TCP_RETRANSMITTED_SEGMENTS);
      syns.open(tcb, nowNanos);
    } else if (tcb.sendTimer == SendTimer.WINDOW_PROBE) {
      probe(tcb, nowNanos);
    } else if (!tcb.segments.isEmpty()) {
      resend(tcb, nowNanos);
    }
  }

  /** R2 of RFC 9293 §3.8.3 (MUST-20, MUST-23), counted as Linux does. */
  private int limit(TransmissionControlBlock tcb, boolean opening) {
    if (opening) {
      return context.config.synRetries();
    }
    return tcb.orphaned ? context.config.orphanRetransmissions() : context.config.retransmissions();
  }

  /** The retransmission timeout (RFC 6298 §5.4 to §5.6, RFC 5681 §3.1). */
  private void resend(TransmissionControlBlock tcb, long nowNanos) {
    context.counters.increment(Counter.TCP_RETRANSMISSION_TIMEOUTS);
    tcb.recovery.onTimeout(tcb, nowNanos);
    if (tcb.retransmissions == BLACK_HOLE_RETRANSMISSIONS) {
      // RFC 8899, RFC 2923 §2.1: perhaps only full-sized packets get lost, and nobody says so.
      tcb.lowerSegmentSize(tcb.headerBytes() + BLACK_HOLE_MSS_BYTES);
    }
    tcb.resendPending = true;
    tcb.resendSeq = tcb.sndUna;
    resendFirst(tcb, nowNanos);
  }

  /**
   * Sends the first segment again after a timeout; at the next flush if there is no buffer, which
   * is no second timeout: the timer starts when the segment leaves. (Linux tries again half a
   * second later, as nothing tells it of free memory.)
   */
  void resendFirst(TransmissionControlBlock tcb, long nowNanos) {
    tcb.resendPending =
        tcb.sndUna == tcb.resendSeq
            && !tcb.segments.isEmpty()
            && tcb.segments.isWaiting(tcb.segments.first());
    if (!tcb.resendPending) {
      return;
    }
    if (!output.retransmission().sendFirst(tcb, nowNanos)) {
      context.touched.add(tcb);
      return;
    }
    tcb.resendPending = false;
    tcb.retransmissions++;
    tcb.rtt.backOff();
    output.armRetransmit(tcb, nowNanos);
  }

  /**
   * The zero-window probe, which also overrides silly window avoidance (RFC 9293 §3.8.6.1, MUST-36,
   * SHLD-30). Answers set the count back, so a peer may keep its window shut for ever (MUST-37).
   */
  private void probe(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.orphaned && tcb.rtt.isFullyBackedOff()) {
      // Linux: a closed socket does not wait for a window for ever, however often the peer answers
      // (CVE-2008-4609).
      teardown.abort(tcb, nowNanos);
      return;
    }
    int unsent = SequenceNumber.diff(tcb.sendEnd(), tcb.sndNxt);
    int fitting = Math.min(Math.min(unsent, tcb.mssBytes), tcb.sndWnd);
    if (fitting > 0 && output.sendText(tcb, tcb.sndNxt, fitting, nowNanos)) {
      return;
    }
    context.counters.increment(Counter.TCP_ZERO_WINDOW_PROBES);
    tcb.retransmissions++;
    tcb.rtt.backOff();
    output.sendWindowProbe(tcb, nowNanos);
    output.armWindowProbe(tcb, nowNanos);
  }

  /** Starts the keepalive timer if the application wants one (SHLD-9: off by default). */
  static void armKeepalive(TcpContext context, TransmissionControlBlock tcb) {
    StreamOptions options = tcb.socket.options();
    if (options.keepAlive && !tcb.orphaned) {
      tcb.keepaliveNanos = tcb.lastReceivedNanos + secondsToNanos(options.keepIdleSeconds);
      context.timers.schedule(tcb, tcb.keepaliveNanos);
    }
  }

  /** A second is the least, as in Linux. */
  private static long secondsToNanos(int seconds) {
    return Math.max(1, seconds) * SECOND_NANOS;
  }

  /** A closed socket does not wait for the peer's FIN for ever (Linux: tcp_fin_timeout). */
  static void armFinWait2(TcpContext context, TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.orphaned) {
      tcb.keepaliveNanos = nowNanos + context.config.finWait2Nanos();
      context.timers.schedule(tcb, tcb.keepaliveNanos);
    }
  }

  private void keepalive(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.orphaned) {
      if (tcb.state == TcpState.FIN_WAIT_2) {
        teardown.destroy(tcb);
      }
      return;
    }
    StreamOptions options = tcb.socket.options();
    long idleNanos = secondsToNanos(options.keepIdleSeconds);
    boolean busy = !tcb.isQuiescent();
    if (!options.keepAlive) {
      return;
    }
    if (busy || nowNanos - tcb.lastReceivedNanos < idleNanos) {
      // What is unacknowledged is watched by the retransmission timer already (MUST-26).
      tcb.keepaliveNanos = (busy ? nowNanos : tcb.lastReceivedNanos) + idleNanos;
    } else if (tcb.keepaliveProbes >= options.keepCountProbes) {
      output.sendReset(tcb, nowNanos);
      teardown.fail(tcb, tcb.softError);
    } else {
      tcb.keepaliveProbes++;
      context.counters.increment(Counter.TCP_KEEPALIVES_SENT);
      output.sendProbe(tcb, nowNanos);
      tcb.keepaliveNanos = nowNanos + secondsToNanos(options.keepIntervalSeconds);
    }
  }

  private static void releaseIfIdle(TransmissionControlBlock tcb, long nowNanos) {
    long quietSince = Math.max(tcb.lastReceivedNanos, tcb.lastSentNanos);
    if (nowNanos - quietSince < IDLE_NANOS) {
      tcb.idleNanos = quietSince + IDLE_NANOS;
      return;
    }
    tcb.idleNanos = TimerEntry.NEVER;
    if (tcb.segments.isEmpty()) {
      tcb.segments.release();
      tcb.scoreboard.release();
    }
    if (!tcb.orphaned && tcb.reassembly.isEmpty()) {
      tcb.reassembly.reset();
      tcb.receiveQueue().forgetAhead();
    }
  }
}
