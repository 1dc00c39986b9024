package dev.sidestep.stack.socket;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes received and not yet read by the application (sk_receive_queue). Segments that arrive ahead
 * of a hole are stored at their place at once; the hole's owner remembers where they are and {@link
 * #publish publishes} them when the hole is filled, so no packet buffer is ever held back by a slow
 * reader.
 *
 * <p>Threads: the shard's owner stores and publishes, one application thread at a time reads.
 */
public final class SocketReceiveQueue extends PagedStream {

  /** Owner: highest position ever stored, in order or not. */
  private long highestStored;

  /** Position of the byte behind the last one the peer was told it may send; written by TCP. */
  private volatile long advertisedEdge;

  /** Whether the peer waits for an ACK that a reader who drains the queue sets off. */
  private volatile boolean ackDueWhenDrained;

  private volatile boolean finished;

  /** Made for the first urgent byte: hardly any connection has one. */
  private volatile @Nullable UrgentMark urgent;

  /** A queue for up to {@code capacityBytes}; see {@link #setCapacityBytes}. */
  public SocketReceiveQueue(SocketMemory memory, int capacityBytes) {
    super(memory, capacityBytes);
  }

  /**
   * Owner: copies bytes to their place in the stream without making them readable.
   *
   * @param position of the first byte, at or above {@link #tail()}; the caller has cut the segment
   *     to the window
   * @return false when socket memory is exhausted; some of the bytes may have been stored
   */
  public boolean store(long position, MemorySegment source, long sourceOffset, int lengthBytes) {
    long held = position - head();
    long to = position;
    long end = position + lengthBytes;
    pin();
    while (to < end) {
      Page page = pageForWriting(to, held);
      if (page == null) {
        giveUp();
        return false;
      }
      int at = pageOffset(to);
      int count = (int) Math.min(end - to, Page.SIZE_BYTES - at);
      MemorySegment.copy(source, sourceOffset + (to - position), page.memory, at, count);
      to += count;
    }
    highestStored = Math.max(highestStored, end);
    return true;
  }

  /** Owner: makes everything below {@code newTail} readable. The caller signals readiness. */
  public void publish(long newTail) {
    publishTail(newTail, highestStored > newTail);
  }

  /** Owner: nothing follows what has been published (FIN). The caller signals readiness. */
  public void finish() {
    finished = true;
  }

  /** Whether the peer's FIN has arrived and everything before it was published. Any thread. */
  public boolean isFinished() {
    return finished;
  }

  /** Owner: remembers how far the peer was told it may send, so that readers can tell. */
  public void setAdvertisedEdge(long position) {
    advertisedEdge = position;
  }

  /** A segment did not fit: what was taken for it does not stay in an empty queue. */
  private void giveUp() {
    if (queuedBytes() == 0 && highestStored <= tail()) {
      releasePinned();
    }
  }

  /** Owner: nothing that was stored ahead of a hole is wanted any more. */
  public void forgetAhead() {
    if (isPinned() && queuedBytes() == 0) {
      highestStored = tail();
      releasePinned();
    }
  }

  /** Owner: gives all memory back; only when no thread reads any more. */
  public void close() {
    releaseAll();
  }

  /**
   * Reader: takes bytes out, as many as there are and fit.
   *
   * @return the number of bytes, 0 when there are none at the moment, -1 at the end of the stream
   */
  public int read(ByteBuffer destination) {
    // Before the tail: what was published before the end is then surely seen.
    boolean end = finished;
    long limit = tail();
    long from = head();
    UrgentMark mark = urgent;
    if (mark != null) {
      from = mark.start(from, limit);
      publishHead(from);
      mark.passed(from);
      limit = mark.end(from, limit);
    }
    int count = (int) Math.min(limit - from, destination.remaining());
    if (count == 0) {
      return end && destination.hasRemaining() && tail() == from ? -1 : 0;
    }
    copyOut(from, count, destination);
    publishHead(from + count);
    if (mark != null) {
      mark.passed(from + count);
    }
    return count;
  }

  private void copyOut(long position, int lengthBytes, ByteBuffer destination) {
    long from = position;
    int to = destination.position();
    long end = position + lengthBytes;
    while (from < end) {
      int at = pageOffset(from);
      int count = (int) Math.min(end - from, Page.SIZE_BYTES - at);
      destination.put(to, pageForReading(from).buffer, at, count);
      from += count;
      to += count;
    }
    destination.position(to);
  }

  /** Reader: throws away what is queued. Returns the number of bytes. */
  public int discard() {
    int count = queuedBytes();
    publishHead(head() + count);
    return count;
  }

  /**
   * Reader: whether the window has opened so far since the peer was last told that it should hear
   * of it now (RFC 9293 §3.8.6.2.2, receiver's silly window avoidance: half the buffer; Linux: when
   * it at least doubles).
   */
  public boolean windowUpdateDue() {
    int limit = limitBytes();
    long grown = head() + limit - advertisedEdge;
    return limit > 0 && grown >= limit / 2;
  }

  /**
   * Owner: whether an ACK is due as soon as the queue is empty; before what it is about is there.
   */
  public void setAckDueWhenDrained(boolean due) {
    if (due != ackDueWhenDrained) {
      ackDueWhenDrained = due;
    }
  }

  /** Any thread: whether the queue is empty and that makes an ACK due. */
  public boolean isDrainedAckDue() {
    return ackDueWhenDrained && queuedBytes() == 0;
  }

  /** Any thread: bytes the reader can take at once. */
  public int availableBytes() {
    UrgentMark mark = urgent;
    if (mark == null) {
      return queuedBytes();
    }
    // Head first: it never passes a tail that is read later.
    long head = head();
    long tail = tail();
    long start = mark.start(head, tail);
    return (int) (mark.end(start, tail) - start);
  }

  /** Any thread: whether the reader could get rid of an urgent byte. */
  public boolean isAtUrgentByte() {
    UrgentMark mark = urgent;
    long head = head();
    return mark != null && mark.start(head, tail()) > head;
  }

  /**
   * Owner: the byte at {@code position}, at or above {@link #tail()}, is urgent.
   *
   * @param options say whether the reader wants it in line
   */
  public void markUrgent(long position, StreamOptions options) {
    UrgentMark mark = urgent;
    if (mark == null) {
      mark = new UrgentMark(options);
      urgent = mark;
    }
    mark.set(position, head(), tail());
  }
}
