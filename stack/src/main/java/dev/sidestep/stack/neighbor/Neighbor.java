package dev.sidestep.stack.neighbor;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * One next hop on the link. Routes keep a reference, so that sending needs no lookup; {@link
 * #isRemoved} tells when to look it up again.
 *
 * <p>Threads: the shard's owner.
 */
public final class Neighbor {

  /** The states of RFC 4861 §7.3.2, which Linux uses for ARP too. */
  public enum State {
    /** Nobody asked yet, or nobody answered (Linux: NUD_NONE, NUD_FAILED). */
    UNRESOLVED,
    /** Asked for the first time; packets wait for the answer. */
    INCOMPLETE,
    /** Known to answer a short while ago. */
    REACHABLE,
    /** Not known to answer any more; the next packet sent starts to find out. */
    STALE,
    /** A packet was sent; gives the layers above a moment to confirm that it arrived. */
    DELAY,
    /** Being asked directly whether it is still there. */
    PROBE,
    /** The only station at the other end, needs no resolution (Linux: NUD_NOARP). */
    PERMANENT
  }

  final long addressHigh;
  final long addressLow;
  State state = State.UNRESOLVED;
  long mac = MacAddress.NONE;
  boolean removed;

  /** When something is due; meaningful in INCOMPLETE, DELAY and PROBE. */
  long deadlineNanos;

  /** When it was last known to answer. */
  long confirmedNanos;

  /** When the MAC address was last set. */
  long learnedNanos;

  /** When a packet was last sent to it, meaningful once {@link #used}. */
  long usedNanos;

  boolean used;
  int solicitations;

  /** The packets that wait for the MAC address, a ring, made when the first one comes. */
  PacketBuffer @Nullable [] queue;

  int queueHead;
  int queueLength;

  /** Next entry in the same hash bucket. */
  @Nullable Neighbor nextInBucket;

  Neighbor(long addressHigh, long addressLow) {
    this.addressHigh = addressHigh;
    this.addressLow = addressLow;
  }

  /** The station at the other end of a link that needs no resolution. */
  public static Neighbor permanent(long mac) {
    Neighbor neighbor = new Neighbor(0, 0);
    neighbor.state = State.PERMANENT;
    neighbor.mac = mac;
    return neighbor;
  }

  /** Where it stands. */
  public State state() {
    return state;
  }

  /** Its MAC address, or {@link MacAddress#NONE} while unknown. */
  public long mac() {
    return mac;
  }

  /** Whether the table has forgotten it. */
  public boolean isRemoved() {
    return removed;
  }

  /**
   * Hears from an upper layer that packets sent to it arrive (RFC 4861 §7.3.1), which makes probing
   * it needless.
   */
  public void confirm(long nowNanos) {
    confirmedNanos = nowNanos;
    switch (state) {
      case STALE, DELAY, PROBE -> state = State.REACHABLE;
      case UNRESOLVED, INCOMPLETE, REACHABLE, PERMANENT -> {}
    }
  }

  boolean waitsForDeadline() {
    return state == State.INCOMPLETE || state == State.DELAY || state == State.PROBE;
  }
}
