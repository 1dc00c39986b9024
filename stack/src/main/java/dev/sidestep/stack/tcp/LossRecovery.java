package dev.sidestep.stack.tcp;

import dev.sidestep.stack.tcp.congestion.ProportionalRateReduction;

/**
 * What is to be done about losses: when to begin to repair them, when that is over, and when it was
 * all for nothing (Linux: tcp_fastretrans_alert). {@link RackLossDetection} says what is lost,
 * {@link TcpOutput} sends it again.
 *
 * <pre>
 *   OPEN -- duplicates, SACKs --&gt; DISORDER -- something is lost --&gt; RECOVERY
 *    any -- timeout --&gt; LOSS          RECOVERY, LOSS -- all is acknowledged --&gt; OPEN
 * </pre>
 *
 * <p>Without SACK duplicate ACKs stand for it: each says that one segment, nobody knows which, has
 * left the network (RFC 5681 §3.2, RFC 6582).
 */
final class LossRecovery {

  /** Linux: tcp_ca_state. */
  enum State {
    /** Nothing unusual. */
    OPEN,
    /** Something has come out of order, or was sent again: be careful. */
    DISORDER,
    /** Losses are being repaired as ACKs come in. */
    RECOVERY,
    /** The retransmission timer has run out. */
    LOSS
  }

  final RecoveryUndo undo = new RecoveryUndo();
  final ForwardRto forwardRto = new ForwardRto();
  final DuplicateAcks duplicates = new DuplicateAcks();
  private final ProportionalRateReduction reduction = new ProportionalRateReduction();
  private State state = State.OPEN;

  /** SND.NXT when the present state began (high_seq, RecoveryPoint). */
  private int recoveryPoint;

  private boolean entered;
  private boolean undone;

  State state() {
    return state;
  }

  /** Whether the window is coming down to the threshold. */
  boolean isReducing() {
    return state == State.RECOVERY;
  }

  /** Whether recovery has begun since this was last asked. */
  boolean takeEntered() {
    boolean was = entered;
    entered = false;
    return was;
  }

  /** Whether a repair has turned out to be for nothing since this was last asked. */
  boolean takeUndone() {
    boolean was = undone;
    undone = false;
    return was;
  }

  boolean isBeforeRecovery(TransmissionControlBlock tcb, long position) {
    return position <= tcb.sendPosition(recoveryPoint);
  }

  /** A D-SACK has come. */
  void onDuplicates(int right, int segments) {
    undo.onDuplicates(right, segments);
  }

  /** Something was sent, for the first time or again. */
  void onSent(int bytes, boolean copy, long nowNanos) {
    if (isReducing()) {
      reduction.onSent(bytes);
    }
    if (copy) {
      undo.onCopySent(nowNanos);
    }
  }

  // An acknowledgement.

  /** Whether an acknowledgement needs {@link #onAck}. */
  boolean isDoubtful(AckReport report) {
    return state != State.OPEN
        || report.sacksMore
        || report.duplicateSegments > 0
        || report.isPureDuplicate();
  }

  /** Handles an acknowledgement that is more than plain progress. */
  void onAck(TransmissionControlBlock tcb, AckReport report) {
    forwardRto.onAck();
    if (tcb.segments.isEmpty()) {
      duplicates.clear();
    }
    if (state == State.OPEN) {
      undo.forgetCopies();
    } else if (state == State.RECOVERY && isCovered(tcb)) {
      if (finish(tcb)) {
        return;
      }
      tcb.congestion.onRecovered(report.sample.nowNanos);
    }
    switch (state) {
      case RECOVERY -> onAckInRecovery(tcb, report);
      case LOSS -> onAckInLoss(tcb, report);
      default -> onAckInDisorder(tcb, report);
    }
  }

  private boolean isCovered(TransmissionControlBlock tcb) {
    return SequenceNumber.geq(tcb.sndUna, recoveryPoint);
  }

  /**
   * Everything sent before recovery began is acknowledged.
   *
   * @return whether the state is to be kept nevertheless: without SACK only something beyond tells
   *     that duplicates are not those of what was sent twice (RFC 6582 §4)
   */
  private boolean finish(TransmissionControlBlock tcb) {
    duplicates.clear();
    if (undo.isPossible() && (undo.isEveryCopyInVain() || answersOriginal)) {
      undoReduction(tcb, false);
    } else {
      tcb.rack.onRecovered(false);
    }
    if (tcb.sndUna == recoveryPoint && !tcb.sackPermitted) {
      forgetCopiesIfDone(tcb);
      return true;
    }
    state = State.OPEN;
    return false;
  }

  /** Whether the acknowledgement at hand answers what was sent before the first copy. */
  private boolean answersOriginal;

  private void onAckInRecovery(TransmissionControlBlock tcb, AckReport report) {
    if (!report.advances) {
      duplicates.count(tcb, report, state == State.LOSS);
    } else if (undoAfterPartialAck(tcb, report)) {
      return;
    }
    if (undoByDuplicates(tcb)) {
      tryToOpen(tcb);
    }
    findLosses(tcb, report);
    if (state != State.RECOVERY && tcb.segments.lostBytes() > 0) {
      enterRecovery(tcb, report.sample.nowNanos);
    }
  }

  private void onAckInLoss(TransmissionControlBlock tcb, AckReport report) {
    processLoss(tcb, report);
    findLosses(tcb, report);
    if (state == State.OPEN || report.copyLost) {
      onAckInDisorder(tcb, report);
    }
  }

  private void onAckInDisorder(TransmissionControlBlock tcb, AckReport report) {
    if (!tcb.sackPermitted && report.advances) {
      duplicates.clear();
    }
    duplicates.count(tcb, report, state == State.LOSS);
    if (state != State.RECOVERY && state != State.LOSS) {
      undoByDuplicates(tcb);
    }
    findLosses(tcb, report);
    if (tcb.segments.lostBytes() > 0) {
      enterRecovery(tcb, report.sample.nowNanos);
    } else {
      tryToOpen(tcb);
    }
  }

  /** F-RTO (RFC 5682 §3.1) and the end of a timeout's repair (tcp_process_loss). */
  private void processLoss(TransmissionControlBlock tcb, AckReport report) {
    boolean covered = isCovered(tcb);
    if (report.advances && undo.isPossible() && (undo.isEveryCopyInVain() || answersOriginal)) {
      undoTimeout(tcb, false);
      return;
    }
    boolean sentMore = SequenceNumber.gt(tcb.sndNxt, recoveryPoint);
    switch (forwardRto.judge(tcb, report, covered, sentMore)) {
      case SPURIOUS -> {
        undoTimeout(tcb, true);
        return;
      }
      case NEW_DATA_FIRST -> {
        recoveryPoint = tcb.sndNxt;
        return;
      }
      case NONE -> {
        // Go on as after a loss.
      }
    }
    if (covered) {
      finish(tcb);
    } else if (!tcb.sackPermitted) {
      if (SequenceNumber.gt(tcb.sndNxt, recoveryPoint) && report.isPureDuplicate()) {
        duplicates.count(tcb, report, state == State.LOSS);
      } else if (report.advances) {
        duplicates.clear();
      }
    }
  }

  /** What the echoed timestamp says, asked once for each acknowledgement. */
  void readEcho(TransmissionControlBlock tcb, AckReport report) {
    answersOriginal = undo.isAnswerToOriginal(tcb, report);
  }

  // What is lost.

  private void findLosses(TransmissionControlBlock tcb, AckReport report) {
    SentSegments segments = tcb.segments;
    if (segments.isEmpty()) {
      return;
    }
    if (!tcb.sackPermitted) {
      boolean first = state.compareTo(State.RECOVERY) < 0;
      boolean enough = first && duplicates.count() >= tcb.rack.reorderingSegments();
      if (enough || (state == State.RECOVERY && report.advances)) {
        markFirst(tcb, report);
      }
    } else if (tcb.rack.takeAdvanced()) {
      int resent = segments.resentBytes();
      report.sample.lostBytes +=
          tcb.rack.detect(segments, reorderingNanos(tcb), report.sample.nowNanos);
      report.copyLost |= segments.resentBytes() < resent;
      report.waitNanos = tcb.rack.waitNanos();
    }
  }

  private static void markFirst(TransmissionControlBlock tcb, AckReport report) {
    int slot = tcb.segments.first();
    if (!tcb.segments.is(slot, SentSegments.LOST)) {
      report.sample.lostBytes += tcb.segments.markLost(slot);
    }
  }

  private long reorderingNanos(TransmissionControlBlock tcb) {
    return tcb.rack.windowNanos(
        state.compareTo(State.RECOVERY) >= 0,
        tcb.segments.sackedCount(),
        tcb.deliveries.minRttNanos(),
        tcb.rtt.smoothedNanos());
  }

  /** The reordering timer has run out (RFC 8985 §6.3): what is late now is lost. */
  void onReorderingTimeout(TransmissionControlBlock tcb, long nowNanos) {
    int lost = tcb.rack.detect(tcb.segments, reorderingNanos(tcb), nowNanos);
    if (lost > 0 && state != State.RECOVERY) {
      enterRecovery(tcb, nowNanos);
      reduce(tcb, 1, false);
    }
  }

  private void enterRecovery(TransmissionControlBlock tcb, long nowNanos) {
    undo.begin(tcb.sndUna, tcb.segments.resentBytes() / tcb.mssBytes);
    undo.remember(tcb.congestion, false);
    beginReduction(tcb, nowNanos);
    state = State.RECOVERY;
    entered = true;
  }

  private void beginReduction(TransmissionControlBlock tcb, long nowNanos) {
    recoveryPoint = tcb.sndNxt;
    tcb.probe.forget();
    reduction.begin(tcb.congestion.windowBytes());
    tcb.congestion.onLoss(nowNanos);
  }

  /** A probe has repaired a loss, and nothing else will tell of it (RFC 8985 §7.4.2). */
  void onProbeRepaired(TransmissionControlBlock tcb, long nowNanos) {
    beginReduction(tcb, nowNanos);
    tcb.congestion.onRecovered(nowNanos);
    keepOpen(tcb);
  }

  /** Brings the window down as the reduction says. */
  void reduce(TransmissionControlBlock tcb, int deliveredBytes, boolean progress) {
    int window =
        reduction.onAck(
            deliveredBytes,
            progress,
            tcb.inFlightBytes(),
            tcb.congestion.slowStartThresholdBytes(),
            tcb.mssBytes);
    if (window > 0) {
      tcb.congestion.setWindow(window);
    }
  }

  // A timeout.

  /** The retransmission timer has run out (tcp_enter_loss). */
  void onTimeout(TransmissionControlBlock tcb, long nowNanos) {
    boolean wasRecovering = state.compareTo(State.RECOVERY) >= 0;
    boolean repeated = tcb.retransmissions > 0;
    markAfterTimeout(tcb, nowNanos);
    boolean first = !wasRecovering || isCovered(tcb) || (state == State.LOSS && !repeated);
    if (first) {
      undo.remember(tcb.congestion, isReducing());
      undo.begin(tcb.sndUna, tcb.segments.resentBytes() / tcb.mssBytes);
    }
    if (!wasRecovering && tcb.segments.sackedCount() >= tcb.rack.reorderingSegments()) {
      tcb.rack.forgetDegree();
    }
    tcb.congestion.onTimeout(tcb.inFlightBytes(), !first, nowNanos);
    state = State.LOSS;
    recoveryPoint = tcb.sndNxt;
    forwardRto.onTimeout(!wasRecovering || repeated);
    tcb.probe.forget();
  }

  /** All but what was sent just now is lost; what is SACKed is not, if the peer kept it. */
  private void markAfterTimeout(TransmissionControlBlock tcb, long nowNanos) {
    SentSegments segments = tcb.segments;
    int head = segments.first();
    boolean reneges = segments.is(head, SentSegments.SACKED);
    if (reneges) {
      segments.unmarkSacked();
      tcb.scoreboard.clear();
    }
    duplicates.clear();
    for (int slot = head; slot != SentSegments.NONE; slot = segments.after(slot)) {
      boolean recent =
          slot != head
              && !reneges
              && tcb.rack.remainingNanos(segments.sentNanos(slot), 0, nowNanos) > 0;
      if (!recent) {
        segments.markLost(slot);
      }
    }
  }

  /** What was too big for the path is lost, which is no congestion (tcp_simple_retransmit). */
  void onTooBig(TransmissionControlBlock tcb, int fittingBytes) {
    SentSegments segments = tcb.segments;
    int slot = segments.isEmpty() ? SentSegments.NONE : segments.first();
    while (slot != SentSegments.NONE) {
      if (segments.lengthBytes(slot) > fittingBytes) {
        segments.markLost(slot);
      }
      slot = segments.after(slot);
    }
    if (segments.lostBytes() > 0 && state != State.LOSS) {
      recoveryPoint = tcb.sndNxt;
      undo.rememberNothing();
      undo.forget();
      forwardRto.forget();
      state = State.LOSS;
    }
  }

  // For nothing.

  private boolean undoByDuplicates(TransmissionControlBlock tcb) {
    if (!undo.isEveryCopyInVain()) {
      return false;
    }
    tcb.rack.onRecovered(true);
    undoReduction(tcb, false);
    return true;
  }

  /**
   * The hole was filled by what was sent first, so it was reordering.
   *
   * @return whether to wait for the copies that are under way before anything is undone
   */
  private boolean undoAfterPartialAck(TransmissionControlBlock tcb, AckReport report) {
    if (!answersOriginal) {
      return false;
    }
    report.reorderedFrom = tcb.sendPosition(report.priorSndUna);
    Deliveries.finishReordering(tcb, report);
    if (tcb.segments.resentBytes() > 0) {
      return true;
    }
    forgetCopiesIfDone(tcb);
    undoReduction(tcb, true);
    keepOpen(tcb);
    return false;
  }

  private void undoTimeout(TransmissionControlBlock tcb, boolean byFrto) {
    undoReduction(tcb, true);
    tcb.retransmissions = 0;
    if (tcb.sndUna == recoveryPoint && !tcb.sackPermitted) {
      return;
    }
    if (byFrto || tcb.sackPermitted) {
      state = State.OPEN;
    }
  }

  private void undoReduction(TransmissionControlBlock tcb, boolean nothingIsLost) {
    if (nothingIsLost) {
      tcb.segments.unmarkLost();
    }
    undo.apply(tcb.congestion);
    undone = true;
    tcb.rack.lookAgain();
  }

  private void tryToOpen(TransmissionControlBlock tcb) {
    forgetCopiesIfDone(tcb);
    keepOpen(tcb);
  }

  private void keepOpen(TransmissionControlBlock tcb) {
    boolean leftOut =
        tcb.segments.sackedBytes() > 0 || duplicates.count() > 0 || tcb.segments.lostBytes() > 0;
    State next = leftOut || isAnyCopyOut(tcb) ? State.DISORDER : State.OPEN;
    if (next != state) {
      state = next;
      recoveryPoint = tcb.sndNxt;
    }
  }

  private void forgetCopiesIfDone(TransmissionControlBlock tcb) {
    if (!isAnyCopyOut(tcb)) {
      undo.forgetCopies();
    }
  }

  private static boolean isAnyCopyOut(TransmissionControlBlock tcb) {
    SentSegments segments = tcb.segments;
    return segments.resentBytes() > 0
        || (!segments.isEmpty() && segments.is(segments.first(), SentSegments.EVER_RESENT));
  }
}
