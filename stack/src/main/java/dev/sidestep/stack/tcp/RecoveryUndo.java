package dev.sidestep.stack.tcp;

import dev.sidestep.stack.tcp.congestion.CongestionControl;

/**
 * Finds out whether a recovery was for nothing, and what to go back to then (Linux: undo_marker).
 * It was if D-SACKs tell that every copy arrived twice (RFC 3708), or if what is acknowledged was
 * sent before the first copy was, as the echoed timestamp tells (Eifel, RFC 3522).
 */
final class RecoveryUndo {

  /** Not one copy was sent yet. */
  private static final int NO_COPY = -1;

  private static final long NEVER = -1;

  private boolean possible;

  /** SND.UNA when recovery began. */
  private int from;

  /** Copies that were sent and of which no D-SACK has told, or {@link #NO_COPY}. */
  private int copies = NO_COPY;

  /** When the first copy of this recovery was sent. */
  private long firstCopyNanos = NEVER;

  private int priorWindowBytes;

  /** 0 if the window is not to be given back. */
  private int priorThresholdBytes;

  /** Recovery begins; {@code copiesInFlight} segments are on their way again already. */
  void begin(int sndUna, int copiesInFlight) {
    possible = true;
    from = sndUna;
    copies = copiesInFlight > 0 ? copiesInFlight : NO_COPY;
  }

  /** What to go back to. */
  void remember(CongestionControl congestion, boolean reducing) {
    priorWindowBytes = congestion.windowBytes();
    int threshold = congestion.slowStartThresholdBytes();
    // Linux (tcp_current_ssthresh).
    int kept = (priorWindowBytes >> 1) + (priorWindowBytes >> 2);
    priorThresholdBytes = reducing ? threshold : Math.max(threshold, kept);
  }

  /** The window was not reduced, or must not be given back. */
  void rememberNothing() {
    priorThresholdBytes = 0;
  }

  /** A copy was sent. */
  void onCopySent(long nowNanos) {
    copies = Math.max(copies, 0) + 1;
    if (firstCopyNanos == NEVER) {
      firstCopyNanos = nowNanos;
    }
  }

  /** A D-SACK tells that so many segments up to {@code right} arrived twice. */
  void onDuplicates(int right, int segments) {
    if (possible && copies > 0 && SequenceNumber.gt(right, from)) {
      copies = Math.max(0, copies - segments);
    }
  }

  /** Whether every copy is known to have been for nothing. */
  boolean isEveryCopyInVain() {
    return possible && copies == 0;
  }

  /** Whether what is acknowledged was sent before the first copy. */
  boolean isAnswerToOriginal(TransmissionControlBlock tcb, AckReport report) {
    return possible
        && firstCopyNanos != NEVER
        && report.echoes
        && SequenceNumber.lt(report.timestampEcho, tcb.timestampClock(firstCopyNanos));
  }

  /** No copy is under way any more: the next one is the first. */
  void forgetCopies() {
    firstCopyNanos = NEVER;
  }

  /** Gives the window back. */
  void apply(CongestionControl congestion) {
    if (priorThresholdBytes > 0) {
      congestion.onSpuriousLoss(priorWindowBytes, priorThresholdBytes);
    }
    possible = false;
  }

  /** There is nothing to be undone. */
  void forget() {
    possible = false;
  }

  boolean isPossible() {
    return possible;
  }
}
