package dev.sidestep.stack.tcp;

/**
 * F-RTO (RFC 5682 §3.1): after a timeout new data is sent before anything more is sent again, and
 * the ACKs that follow tell whether what was outstanding had arrived, so that the timeout was for
 * nothing (Linux: tcp_process_loss with tp->frto).
 */
final class ForwardRto {

  /** What an acknowledgement says. */
  enum Verdict {
    /** The loss was real, or it is not known yet; what is lost is sent again. */
    NONE,
    /** Step 2b: new data is to be sent first. */
    NEW_DATA_FIRST,
    /** Step 3b: the timeout was spurious. */
    SPURIOUS
  }

  /** Whether it is still open if the last timeout was for nothing. */
  private boolean doubts;

  private boolean newDataFirst;

  /** The retransmission timer has run out. */
  void onTimeout(boolean mayBeSpurious) {
    doubts = mayBeSpurious;
    newDataFirst = false;
  }

  /** There is nothing to find out. */
  void forget() {
    doubts = false;
  }

  /** An acknowledgement that is to be looked at has come. */
  void onAck() {
    newDataFirst = false;
  }

  /**
   * Judges an acknowledgement after a timeout.
   *
   * @param covered whether it covers all that was outstanding then
   * @param sentMore whether something new was sent since
   */
  Verdict judge(TransmissionControlBlock tcb, AckReport report, boolean covered, boolean sentMore) {
    if (!doubts) {
      return Verdict.NONE;
    }
    if (report.originalArrived) {
      return Verdict.SPURIOUS;
    }
    if (sentMore) {
      // Step 3a: a duplicate tells that the loss was real.
      doubts = !report.sacksMore && !report.isPureDuplicate();
    } else if (report.advances && !covered) {
      newDataFirst = tcb.hasUnsent() && tcb.flightBytes() < tcb.sndWnd;
      doubts = newDataFirst;
    }
    return newDataFirst ? Verdict.NEW_DATA_FIRST : Verdict.NONE;
  }

  /** Whether new data goes before what is lost. */
  boolean isNewDataFirst() {
    return newDataFirst;
  }

  /** New data had to go first, and that is done, or there was none. */
  void newDataWentFirst(boolean sent) {
    newDataFirst = false;
    doubts &= sent;
  }
}
