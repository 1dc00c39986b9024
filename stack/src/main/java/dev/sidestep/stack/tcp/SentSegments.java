package dev.sidestep.stack.tcp;

/**
 * The segments that were sent and are not acknowledged (Linux: tcp_rtx_queue with
 * tcp_tsorted_list): what each of them is believed to be doing, and when it was last sent.
 * Positions are those of the send queue; a FIN takes one more.
 *
 * <p>A ring of records in the order of the stream. A list through the same records keeps those that
 * are neither SACKed nor waiting to be sent again in the order they were sent, so that loss
 * detection looks only at what is old enough (RFC 8985 §6.2). A record is known by its slot, which
 * holds until the next {@link #append} or {@link #recut}.
 *
 * <p>Nothing is allocated before the first segment, and {@link #release} gives it all back.
 */
final class SentSegments {

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
  private static final int START = 0;
  private static final int SENT = 1;

  /** Length in the upper half, flags in the lower. */
  private static final int LENGTH_FLAGS = 2;

  /** Slot sent before in the upper half, slot sent after in the lower. */
  private static final int LINKS = 3;

  private static final int DELIVERED = 4;
  private static final int DELIVERED_AT = 5;
  private static final int FIRST_SENT = 6;

  private static final int INITIAL_RECORDS = 8;
  private static final long[] NOTHING = new long[0];
  private static final long LOW = 0xffff_ffffL;

  private long[] ring = NOTHING;
  private int mask;
  private int head;
  private int count;
  private int oldest = NONE;
  private int newest = NONE;
  private int sackedCount;
  private int sackedBytes;
  private int lostBytes;
  private int resentBytes;

  /** How many records from the head on cannot be lost and waiting. */
  private int searched;

  boolean isEmpty() {
    return count == 0;
  }

  /** Segments that are not acknowledged. */
  int count() {
    return count;
  }

  /** Segments that are SACKed. */
  int sackedCount() {
    return sackedCount;
  }

  int sackedBytes() {
    return sackedBytes;
  }

  int lostBytes() {
    return lostBytes;
  }

  /** Bytes sent again whose new copy is believed to be under way. */
  int resentBytes() {
    return resentBytes;
  }

  /** Bytes that were sent and not acknowledged. */
  int outstandingBytes() {
    return count == 0 ? 0 : (int) (end(last()) - start(first()));
  }

  /** Bytes believed to be in the network (Linux: tcp_packets_in_flight; RFC 6675's pipe). */
  int inFlightBytes() {
    return outstandingBytes() - sackedBytes - lostBytes + resentBytes;
  }

  // In the order of the stream.

  /** The first segment that is not acknowledged; only while not empty. */
  int first() {
    return head;
  }

  /** The last segment sent; only while not empty. */
  int last() {
    return slot(count - 1);
  }

  /** The segment behind {@code slot}, or {@link #NONE}. */
  int after(int slot) {
    return slot == last() ? NONE : (slot + 1) & mask;
  }

  /** The first segment that ends behind {@code position}, or {@link #NONE}. */
  int find(long position) {
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

  private int slot(int index) {
    return (head + index) & mask;
  }

  // What is known of one.

  private long get(int slot, int field) {
    return ring[(slot << FIELDS_SHIFT) + field];
  }

  private void set(int slot, int field, long value) {
    ring[(slot << FIELDS_SHIFT) + field] = value;
  }

  long start(int slot) {
    return get(slot, START);
  }

  int lengthBytes(int slot) {
    return (int) (get(slot, LENGTH_FLAGS) >>> 32);
  }

  long end(int slot) {
    return start(slot) + lengthBytes(slot);
  }

  /** When it was last sent. */
  long sentNanos(int slot) {
    return get(slot, SENT);
  }

  /** Whether it has one of these flags. */
  boolean is(int slot, int flags) {
    return ((int) get(slot, LENGTH_FLAGS) & flags) != 0;
  }

  /** Whether it is lost and waits to be sent again. */
  boolean isWaiting(int slot) {
    return is(slot, LOST) && !is(slot, RESENT);
  }

  private void addFlags(int slot, int flags) {
    set(slot, LENGTH_FLAGS, get(slot, LENGTH_FLAGS) | flags);
  }

  private void removeFlags(int slot, int flags) {
    set(slot, LENGTH_FLAGS, get(slot, LENGTH_FLAGS) & ~(long) flags);
  }

  /** Bytes the connection had delivered when it was last sent. */
  long deliveredBytes(int slot) {
    return get(slot, DELIVERED);
  }

  /** When the connection had delivered {@link #deliveredBytes}. */
  long deliveredNanos(int slot) {
    return get(slot, DELIVERED_AT);
  }

  /** When the flight it belongs to started. */
  long firstSentNanos(int slot) {
    return get(slot, FIRST_SENT);
  }

  /** Remembers with a segment just sent what its delivery is to be measured against. */
  void setDelivery(
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
  int oldest() {
    return oldest;
  }

  /** The one sent next after {@code slot}, or {@link #NONE}. */
  int sentAfter(int slot) {
    return (int) get(slot, LINKS);
  }

  private int sentBefore(int slot) {
    return (int) (get(slot, LINKS) >> 32);
  }

  private void link(int slot, int before, int after) {
    set(slot, LINKS, ((long) before << 32) | (after & LOW));
  }

  private void linkNewest(int slot) {
    link(slot, newest, NONE);
    if (newest == NONE) {
      oldest = slot;
    } else {
      link(newest, sentBefore(newest), slot);
    }
    newest = slot;
  }

  private void unlink(int slot) {
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

  // What happens to them.

  /** A segment was sent for the first time. Returns its slot. */
  int append(long start, int lengthBytes, long nowNanos) {
    if (count == ring.length >> FIELDS_SHIFT) {
      grow();
    }
    int slot = slot(count++);
    set(slot, START, start);
    set(slot, SENT, nowNanos);
    set(slot, LENGTH_FLAGS, (long) lengthBytes << 32);
    linkNewest(slot);
    return slot;
  }

  /** It was sent again. */
  void resent(int slot, long nowNanos) {
    unlink(slot);
    linkNewest(slot);
    set(slot, SENT, nowNanos);
    if (!is(slot, RESENT)) {
      resentBytes += lengthBytes(slot);
    }
    addFlags(slot, RESENT | EVER_RESENT);
  }

  /** The peer says that it has it. */
  void markSacked(int slot) {
    int length = lengthBytes(slot);
    // Where it was not taken for lost the copy is still believed to be under way, as in Linux.
    if (is(slot, LOST)) {
      lostBytes -= length;
      resentBytes -= is(slot, RESENT) ? length : 0;
      removeFlags(slot, LOST | RESENT);
    }
    unlink(slot);
    sackedBytes += length;
    sackedCount++;
    addFlags(slot, SACKED);
  }

  /** A D-SACK tells that a copy of what had been SACKed has arrived as well. */
  void markCopyArrived(int slot) {
    if (is(slot, RESENT)) {
      resentBytes -= lengthBytes(slot);
      removeFlags(slot, RESENT);
    }
  }

  /** It, or the copy of it that was sent last, is taken for lost. Returns the bytes newly lost. */
  int markLost(int slot) {
    if (is(slot, SACKED) || isWaiting(slot)) {
      return 0;
    }
    int length = lengthBytes(slot);
    if (is(slot, RESENT)) {
      resentBytes -= length;
      removeFlags(slot, RESENT);
    }
    if (!is(slot, LOST)) {
      lostBytes += length;
      addFlags(slot, LOST);
    }
    unlink(slot);
    searched = Math.min(searched, (slot - head) & mask);
    return length;
  }

  /** Nothing is lost after all. */
  void unmarkLost() {
    for (int i = 0; i < count; i++) {
      int slot = slot(i);
      boolean waiting = isWaiting(slot);
      removeFlags(slot, LOST);
      if (waiting) {
        // Its age is not known to the list any more; as the newest it is judged last.
        linkNewest(slot);
      }
    }
    lostBytes = 0;
  }

  /** The peer has thrown away what it had SACKed (RFC 2018 §8). */
  void unmarkSacked() {
    for (int i = 0; i < count; i++) {
      int slot = slot(i);
      if (is(slot, SACKED)) {
        removeFlags(slot, SACKED);
        linkNewest(slot);
      }
    }
    sackedBytes = 0;
    sackedCount = 0;
  }

  /** The first segment that is lost and waits to be sent again, or {@link #NONE}. */
  int firstLost() {
    if (lostBytes == 0) {
      return NONE;
    }
    while (searched < count) {
      int slot = slot(searched);
      if (isWaiting(slot)) {
        return slot;
      }
      searched++;
    }
    return NONE;
  }

  /** The first segment is acknowledged and forgotten. */
  void removeFirst() {
    uncount(head, lengthBytes(head));
    if (is(head, SACKED)) {
      sackedCount--;
    }
    unlink(head);
    head = (head + 1) & mask;
    count--;
    searched = Math.max(0, searched - 1);
  }

  /** The first {@code bytes} of the first segment are acknowledged, and not all of it. */
  void trimFirst(int bytes) {
    uncount(head, bytes);
    set(head, START, start(head) + bytes);
    set(head, LENGTH_FLAGS, get(head, LENGTH_FLAGS) - ((long) bytes << 32));
  }

  private void uncount(int slot, int bytes) {
    sackedBytes -= is(slot, SACKED) ? bytes : 0;
    lostBytes -= is(slot, LOST) ? bytes : 0;
    resentBytes -= is(slot, RESENT) ? bytes : 0;
  }

  /**
   * Joins the first segment with the one behind it, if both are lost and wait to be sent again and
   * together are no more than {@code mostBytes} (Linux: tcp_retrans_try_collapse). Only here is
   * that worth its price: behind the first one records would have to be moved.
   */
  boolean joinFirst(int mostBytes) {
    int next = count < 2 ? NONE : after(head);
    if (next == NONE
        || !isWaiting(head)
        || !isWaiting(next)
        || lengthBytes(head) + lengthBytes(next) > mostBytes) {
      return false;
    }
    set(next, START, start(head));
    set(next, LENGTH_FLAGS, get(next, LENGTH_FLAGS) + ((long) lengthBytes(head) << 32));
    addFlags(next, is(head, EVER_RESENT) ? EVER_RESENT : 0);
    head = next;
    count--;
    searched = 0;
    return true;
  }

  /** Cuts everything into segments of at most {@code mostBytes}; rare, and slow. */
  void recut(int mostBytes) {
    SentSegments pieces = new SentSegments();
    for (int i = 0; i < count; i++) {
      cut(slot(i), mostBytes, pieces);
    }
    ring = pieces.ring;
    mask = pieces.mask;
    head = 0;
    count = pieces.count;
    sackedCount = pieces.sackedCount;
    oldest = pieces.oldest;
    newest = pieces.newest;
    searched = 0;
  }

  private void cut(int slot, int mostBytes, SentSegments into) {
    for (long at = start(slot); at < end(slot); at += mostBytes) {
      int length = (int) Math.min(mostBytes, end(slot) - at);
      int piece = into.append(at, length, sentNanos(slot));
      into.addFlags(piece, (int) get(slot, LENGTH_FLAGS));
      into.set(piece, DELIVERED, get(slot, DELIVERED));
      into.set(piece, DELIVERED_AT, get(slot, DELIVERED_AT));
      into.set(piece, FIRST_SENT, get(slot, FIRST_SENT));
      if (is(slot, SACKED) || isWaiting(slot)) {
        into.unlink(piece);
      }
      into.sackedCount += is(slot, SACKED) ? 1 : 0;
    }
  }

  private void grow() {
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
  void release() {
    if (count == 0) {
      ring = NOTHING;
      mask = 0;
      head = 0;
    }
  }
}
