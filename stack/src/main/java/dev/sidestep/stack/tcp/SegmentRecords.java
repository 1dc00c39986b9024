package dev.sidestep.stack.tcp;

/**
 * Records of segments in the order of the stream, in a ring of numbers, with a list through them
 * for another order: that in which they were last sent. A record is known by its slot, which holds
 * until the next {@link #grow} and is then another.
 *
 * <p>Nothing is allocated before the first record, and {@link #release} gives it all back.
 */
abstract class SegmentRecords {

  /** No record. */
  static final int NONE = -1;

  /** The peer has it (TCPCB_SACKED_ACKED). */
  static final int SACKED = 1;

  /** It is believed to be lost (TCPCB_LOST). */
  static final int LOST = 2;

  /** It was sent again, and that copy is believed to be under way (TCPCB_SACKED_RETRANS). */
  static final int RESENT = 4;

  /** It was sent more than once: who knows which copy an ACK answers (TCPCB_EVER_RETRANS). */
  static final int EVER_RESENT = 8;

  /** The application had nothing more to send when it left (RFC-to-be on delivery rates). */
  static final int APPLICATION_LIMITED = 16;

  private static final int FIELDS_SHIFT = 3;
  static final int START = 0;
  static final int SENT = 1;

  /** Length in the upper half, flags in the lower. */
  static final int LENGTH_FLAGS = 2;

  /** Slot sent before in the upper half, slot sent after in the lower. */
  private static final int LINKS = 3;

  static final int DELIVERED = 4;
  static final int DELIVERED_AT = 5;
  static final int FIRST_SENT = 6;

  private static final int INITIAL_RECORDS = 8;
  private static final long[] NOTHING = new long[0];
  private static final long LOW = 0xffff_ffffL;

  long[] ring = NOTHING;
  int mask;
  int head;
  int count;
  int oldest = NONE;
  int newest = NONE;

  final boolean isEmpty() {
    return count == 0;
  }

  /** Segments that are not acknowledged. */
  final int count() {
    return count;
  }

  // In the order of the stream.

  /** The first segment that is not acknowledged; only while not empty. */
  final int first() {
    return head;
  }

  /** The last segment sent; only while not empty. */
  final int last() {
    return slot(count - 1);
  }

  /** The segment behind {@code slot}, or {@link #NONE}. */
  final int after(int slot) {
    return slot == last() ? NONE : (slot + 1) & mask;
  }

  /** The first segment that ends behind {@code position}, or {@link #NONE}. */
  final int find(long position) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (end(slot(middle)) <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == count ? NONE : slot(low);
  }

  final int slot(int index) {
    return (head + index) & mask;
  }

  // What is known of one.

  final long get(int slot, int field) {
    return ring[(slot << FIELDS_SHIFT) + field];
  }

  final void set(int slot, int field, long value) {
    ring[(slot << FIELDS_SHIFT) + field] = value;
  }

  final long start(int slot) {
    return get(slot, START);
  }

  final int lengthBytes(int slot) {
    return (int) (get(slot, LENGTH_FLAGS) >>> 32);
  }

  final long end(int slot) {
    return start(slot) + lengthBytes(slot);
  }

  /** When it was last sent. */
  final long sentNanos(int slot) {
    return get(slot, SENT);
  }

  /** Whether it has one of these flags. */
  final boolean is(int slot, int flags) {
    return ((int) get(slot, LENGTH_FLAGS) & flags) != 0;
  }

  /** Whether it is lost and waits to be sent again. */
  final boolean isWaiting(int slot) {
    return is(slot, LOST) && !is(slot, RESENT);
  }

  final void addFlags(int slot, int flags) {
    set(slot, LENGTH_FLAGS, get(slot, LENGTH_FLAGS) | flags);
  }

  final void removeFlags(int slot, int flags) {
    set(slot, LENGTH_FLAGS, get(slot, LENGTH_FLAGS) & ~(long) flags);
  }

  /** Bytes the connection had delivered when it was last sent. */
  final long deliveredBytes(int slot) {
    return get(slot, DELIVERED);
  }

  /** When the connection had delivered {@link #deliveredBytes}. */
  final long deliveredNanos(int slot) {
    return get(slot, DELIVERED_AT);
  }

  /** When the flight it belongs to started. */
  final long firstSentNanos(int slot) {
    return get(slot, FIRST_SENT);
  }

  /** Remembers with a segment just sent what its delivery is to be measured against. */
  final void setDelivery(
      int slot, long bytes, long deliveredNanos, long firstSentNanos, boolean applicationLimited) {
    set(slot, DELIVERED, bytes);
    set(slot, DELIVERED_AT, deliveredNanos);
    set(slot, FIRST_SENT, firstSentNanos);
    removeFlags(slot, APPLICATION_LIMITED);
    if (applicationLimited) {
      addFlags(slot, APPLICATION_LIMITED);
    }
  }

  // In the order they were sent.

  /** Of the segments that may be in the network the one sent first, or {@link #NONE}. */
  final int oldest() {
    return oldest;
  }

  /** The one sent next after {@code slot}, or {@link #NONE}. */
  final int sentAfter(int slot) {
    return (int) get(slot, LINKS);
  }

  private int sentBefore(int slot) {
    return (int) (get(slot, LINKS) >> 32);
  }

  private void link(int slot, int before, int after) {
    set(slot, LINKS, ((long) before << 32) | (after & LOW));
  }

  final void linkNewest(int slot) {
    link(slot, newest, NONE);
    if (newest == NONE) {
      oldest = slot;
    } else {
      link(newest, sentBefore(newest), slot);
    }
    newest = slot;
  }

  final void unlink(int slot) {
    int before = sentBefore(slot);
    int after = sentAfter(slot);
    if (before != NONE) {
      link(before, sentBefore(before), after);
    } else if (oldest == slot) {
      oldest = after;
    } else {
      // It is not in the list.
      return;
    }
    if (after == NONE) {
      newest = before;
    } else {
      link(after, before, sentAfter(after));
    }
    link(slot, NONE, NONE);
  }

  /** Whether one more needs {@link #grow}. */
  final boolean isFull() {
    return count == ring.length >> FIELDS_SHIFT;
  }

  /** Makes room for as many again. */
  final void grow() {
    int capacity = Math.max(INITIAL_RECORDS, 2 * count);
    long[] grown = new long[capacity << FIELDS_SHIFT];
    int toEnd = Math.min(count, (mask + 1) - head);
    System.arraycopy(ring, head << FIELDS_SHIFT, grown, 0, toEnd << FIELDS_SHIFT);
    System.arraycopy(ring, 0, grown, toEnd << FIELDS_SHIFT, (count - toEnd) << FIELDS_SHIFT);
    oldest = moved(oldest);
    newest = moved(newest);
    for (int i = 0; i < count; i++) {
      long links = grown[(i << FIELDS_SHIFT) + LINKS];
      long before = moved((int) (links >> 32));
      grown[(i << FIELDS_SHIFT) + LINKS] = (before << 32) | (moved((int) links) & LOW);
    }
    ring = grown;
    mask = capacity - 1;
    head = 0;
  }

  private int moved(int slot) {
    return slot == NONE ? NONE : (slot - head) & mask;
  }

  /** Gives the memory back, if nothing is outstanding. */
  final void release() {
    if (count == 0) {
      ring = NOTHING;
      mask = 0;
      head = 0;
    }
  }
}
