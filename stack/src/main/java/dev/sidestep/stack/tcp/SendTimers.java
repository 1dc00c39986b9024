package dev.sidestep.stack.tcp;

/** Sets the timer that watches over a connection's output (Linux: tcp_set_xmit_timer). */
final class SendTimers {

  private final TimerHeap timers;
  private final TcpConfig config;

  SendTimers(TimerHeap timers, TcpConfig config) {
    this.timers = timers;
    this.config = config;
  }

  void arm(TransmissionControlBlock tcb, SendTimer kind, long deadlineNanos) {
    tcb.sendTimer = kind;
    tcb.retransmitNanos = deadlineNanos;
    timers.schedule(tcb, deadlineNanos);
  }

  void cancel(TransmissionControlBlock tcb) {
    tcb.sendTimer = SendTimer.RETRANSMISSION;
    tcb.retransmitNanos = TimerEntry.NEVER;
  }

  /** The retransmission timeout, counted from now (RFC 6298 §5.1). */
  void armRetransmission(TransmissionControlBlock tcb, long nowNanos) {
    arm(tcb, SendTimer.RETRANSMISSION, nowNanos + tcb.rtt.rtoNanos());
  }

  /** After an ACK of something new (RFC 6298 §5.3), or none if nothing is outstanding (§5.2). */
  void restart(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.segments.isEmpty()) {
      cancel(tcb);
    } else if (!armLossProbe(tcb, nowNanos + tcb.rtt.rtoNanos(), nowNanos)) {
      rearm(tcb, nowNanos);
    }
  }

  /**
   * The retransmission timeout instead of what the timer waits for now. The time that a probe or
   * reordering has waited counts (Linux: tcp_rearm_rto).
   */
  void rearm(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.segments.isEmpty()) {
      cancel(tcb);
      return;
    }
    boolean waited =
        tcb.retransmitNanos != TimerEntry.NEVER && tcb.sendTimer != SendTimer.RETRANSMISSION;
    long deadline = waited ? timeoutOfFirst(tcb) : nowNanos + tcb.rtt.rtoNanos();
    arm(tcb, SendTimer.RETRANSMISSION, Math.max(deadline, nowNanos + 1));
  }

  /** When the first segment that is outstanding times out. */
  private static long timeoutOfFirst(TransmissionControlBlock tcb) {
    return tcb.segments.sentNanos(tcb.segments.first()) + tcb.rtt.rtoNanos();
  }

  /** Something new was sent: a probe shall follow if nothing comes back. */
  void onSent(TransmissionControlBlock tcb, long nowNanos) {
    if (!tcb.segments.isEmpty()) {
      armLossProbe(tcb, timeoutOfFirst(tcb), nowNanos);
    }
  }

  /** Returns whether a probe is called for (RFC 8985 §7.2). */
  private boolean armLossProbe(TransmissionControlBlock tcb, long timeoutNanos, long nowNanos) {
    if (!tcb.sackPermitted || tcb.recovery.state() != LossRecovery.State.OPEN) {
      return false;
    }
    boolean single = tcb.segments.count() == 1;
    long probe = nowNanos + TailLossProbe.timeoutNanos(tcb.rtt.smoothedNanos(), single, config);
    long deadline = timeoutNanos > nowNanos ? Math.min(probe, timeoutNanos) : probe;
    arm(tcb, SendTimer.LOSS_PROBE, deadline);
    return true;
  }
}
