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
final class SentSegments extends SegmentRecords {

  private int sackedCount;
  private int sackedBytes;
  private int lostBytes;
  private int resentBytes;

  /** How many records from the head on cannot be lost and waiting. */
  private int searched;

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

  // What happens to them.

  /** A segment was sent for the first time. Returns its slot. */
  int append(long start, int lengthBytes, long nowNanos) {
    if (isFull()) {
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
}
