package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;

/** Sends again what is believed to be lost (Linux: tcp_xmit_retransmit_queue). */
final class Retransmission {

  private final TcpContext context;
  private final TcpOutput output;

  Retransmission(TcpContext context, TcpOutput output) {
    this.context = context;
    this.output = output;
  }

  /**
   * Sends what is lost, first things first, as far as the congestion window allows.
   *
   * @return false if there was no buffer
   */
  boolean sendLost(TransmissionControlBlock tcb, long nowNanos) {
    SentSegments segments = tcb.segments;
    if (segments.lostBytes() == 0) {
      return true;
    }
    int slot = segments.firstLost();
    while (slot != SentSegments.NONE && hasRoom(tcb, segments.lengthBytes(slot))) {
      boolean first = slot == segments.first();
      if (!output.mayLeave(tcb, nowNanos)) {
        return true;
      }
      if (!send(tcb, slot, nowNanos)) {
        return false;
      }
      if (first && tcb.sendTimer != SendTimer.REORDERING) {
        context.sendTimers.rearm(tcb, nowNanos);
      }
      slot = segments.firstLost();
    }
    return true;
  }

  private static boolean hasRoom(TransmissionControlBlock tcb, int bytes) {
    return tcb.inFlightBytes() + bytes <= tcb.congestion.windowBytes();
  }

  /** Sends the first segment again, whatever the windows say. Returns false if it cannot be. */
  boolean sendFirst(TransmissionControlBlock tcb, long nowNanos) {
    return send(tcb, tcb.segments.first(), nowNanos);
  }

  /**
   * Asks for an ACK by something new, or if there is nothing, by the last segment once more (RFC
   * 8985 §7.3). At most one probe is on its way at a time.
   */
  void sendLossProbe(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.probe.isOutstanding() || tcb.segments.isEmpty()) {
      context.sendTimers.rearm(tcb, nowNanos);
      return;
    }
    boolean copy = !output.sendProbeText(tcb, nowNanos);
    if (!copy || send(tcb, tcb.segments.last(), nowNanos)) {
      context.counters.increment(Counter.TCP_TAIL_LOSS_PROBES);
      tcb.probe.onSent(tcb.sndNxt, copy);
      context.sendTimers.armRetransmission(tcb, nowNanos);
    } else {
      context.sendTimers.rearm(tcb, nowNanos);
    }
  }

  private boolean send(TransmissionControlBlock tcb, int lostSlot, long nowNanos) {
    SentSegments segments = tcb.segments;
    int slot = lostSlot;
    while (slot == segments.first() && segments.joinFirst(tcb.mssBytes)) {
      slot = segments.first();
    }
    if (!output.sendAgain(tcb, segments.start(slot), segments.lengthBytes(slot), nowNanos)) {
      return false;
    }
    segments.resent(slot, nowNanos);
    tcb.deliveries.onCopySent();
    tcb.deliveries.rate.onSent(segments, slot, false, nowNanos);
    tcb.recovery.onSent(segments.lengthBytes(slot), true, nowNanos);
    context.counters.increment(Counter.TCP_RETRANSMITTED_SEGMENTS);
    return true;
  }
}
