package dev.sidestep.stack.tcp.congestion;

/**
 * What to send again without waiting for the retransmission timer: fast retransmit and fast
 * recovery with partial acknowledgements (RFC 5681 §3.2, RFC 6582) and limited transmit (RFC 3042).
 * Sequence numbers are those of one connection.
 *
 * <p>Threads: the shard's owner.
 */
public final class LossRecovery {

  /** What the sender should do about an acknowledgement. */
  public enum Action {
    /** Go on. */
    NONE,
    /** A loss is certain: reduce the window and send the first unacknowledged segment again. */
    ENTER,
    /** Another segment of the same flight is lost: send the first unacknowledged one again. */
    RETRANSMIT,
    /** Everything of that flight has arrived. */
    EXIT
  }

  private static final int DUPLICATE_THRESHOLD = 3;

  private int duplicateAcks;
  private boolean recovering;

  /** Whether {@link #recover} is still ahead of what is acknowledged. */
  private boolean recoverSet;

  /** SND.MAX when the loss was noticed. */
  private int recover;

  private int allowanceBytes;
  private boolean selective;

  /**
   * With selective acknowledgements (RFC 6675) the sender knows what is in flight, so once recovery
   * has begun there is no need to guess it from duplicate ACKs.
   */
  public void setSelective(boolean selective) {
    this.selective = selective;
  }

  /** Whether a loss is being repaired. */
  public boolean isRecovering() {
    return recovering;
  }

  /**
   * Bytes that may be in flight on top of the congestion window: each duplicate ACK says that one
   * segment has left the network.
   */
  public int allowanceBytes() {
    return allowanceBytes;
  }

  /** A duplicate ACK (RFC 5681 §2) of {@code sndUna} has come. */
  public Action onDuplicateAck(int sndUna, int sndMax, int segmentBytes) {
    if (recovering && selective) {
      return Action.NONE;
    }
    duplicateAcks++;
    if (recovering || duplicateAcks < DUPLICATE_THRESHOLD) {
      // Bounded by what is in flight, so that spoofed duplicates cannot inflate it for ever.
      allowanceBytes = Math.min(allowanceBytes + segmentBytes, sndMax - sndUna);
      return Action.NONE;
    }
    return duplicateAcks > DUPLICATE_THRESHOLD
        ? Action.NONE
        : enter(sndUna, sndMax, DUPLICATE_THRESHOLD * segmentBytes);
  }

  /** Selective acknowledgements tell that the segment at {@code sndUna} is lost. */
  public Action onSelectiveLoss(int sndUna, int sndMax) {
    return recovering ? Action.NONE : enter(sndUna, sndMax, 0);
  }

  private Action enter(int sndUna, int sndMax, int allowance) {
    // RFC 6582 §3.2 step 2: duplicates caused by what a timeout sent twice are no new loss.
    if (recoverSet && sndUna - recover < 0) {
      return Action.NONE;
    }
    recovering = true;
    recoverSet = true;
    recover = sndMax;
    allowanceBytes = selective ? 0 : allowance;
    return Action.ENTER;
  }

  /** New data up to {@code segAck} was acknowledged. */
  public Action onNewAck(int segAck, int ackedBytes, int segmentBytes) {
    duplicateAcks = 0;
    boolean covered = segAck - recover >= 0;
    if (covered) {
      recoverSet = false;
    }
    if (!recovering) {
      allowanceBytes = 0;
      return Action.NONE;
    }
    if (covered) {
      recovering = false;
      allowanceBytes = 0;
      return Action.EXIT;
    }
    if (selective) {
      return Action.RETRANSMIT;
    }
    // RFC 6582 §3.2 step 3 (2): deflate by what left, less the segment to be sent now.
    allowanceBytes = Math.max(0, allowanceBytes - ackedBytes);
    if (ackedBytes >= segmentBytes) {
      allowanceBytes += segmentBytes;
    }
    return Action.RETRANSMIT;
  }

  /** The retransmission timer has run out. */
  public void onTimeout(int sndMax) {
    recovering = false;
    recoverSet = true;
    recover = sndMax;
    duplicateAcks = 0;
    allowanceBytes = 0;
  }
}
