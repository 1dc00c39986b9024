package dev.sidestep.stack.socket;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Bytes the application has written and the peer has not yet acknowledged (sk_write_queue). {@link
 * #head()} is the position of SND.UNA; the stack reads anywhere between head and tail, because what
 * is lost is sent again from here.
 *
 * <p>Threads: one application thread at a time writes, the shard's owner reads and acknowledges.
 */
public final class SocketSendQueue extends PagedStream {

  private static final int IDLE = 0;
  private static final int WRITING = 1;
  private static final int RELEASING = 2;

  private static final VarHandle WRITER;

  static {
    try {
      WRITER = MethodHandles.lookup().findVarHandle(SocketSendQueue.class, "writer", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Keeps the owner from releasing the page that a writer is filling. */
  @SuppressWarnings("unused") // through WRITER
  private volatile int writer;

  /** Position behind the last urgent byte (Linux: snd_up). */
  private volatile long urgentEnd;

  /** A queue for up to {@code capacityBytes}; see {@link #setCapacityBytes}. */
  public SocketSendQueue(SocketMemory memory, int capacityBytes) {
    super(memory, capacityBytes);
  }

  /**
   * Writer: appends bytes, as many as the capacity and socket memory allow.
   *
   * @return the number of bytes taken from {@code source}, 0 when the queue is full
   */
  public int write(ByteBuffer source) {
    int count = Math.min(freeBytes(), source.remaining());
    if (count == 0) {
      return 0;
    }
    while (!WRITER.compareAndSet(this, IDLE, WRITING)) {
      Thread.onSpinWait();
    }
    try {
      return append(source, count);
    } finally {
      WRITER.setRelease(this, IDLE);
    }
  }

  /**
   * Writer: appends one urgent byte. Returns false when the queue is full.
   *
   * <p>The owner must know that it is urgent before it can send it.
   */
  public boolean writeUrgent(byte value) {
    long before = urgentEnd;
    urgentEnd = tail() + 1;
    boolean taken = write(ByteBuffer.wrap(new byte[] {value})) == 1;
    if (!taken) {
      urgentEnd = before;
    }
    return taken;
  }

  /** Any thread: position behind the last urgent byte, 0 if there was none. */
  public long urgentEnd() {
    return urgentEnd;
  }

  private int append(ByteBuffer source, int lengthBytes) {
    long start = tail();
    long to = start;
    long end = start + lengthBytes;
    int from = source.position();
    while (to < end) {
      Page page = pageForWriting(to);
      if (page == null) {
        break;
      }
      int at = (int) to & Page.OFFSET_MASK;
      int count = (int) Math.min(end - to, Page.SIZE_BYTES - at);
      page.buffer.put(at, source, from, count);
      to += count;
      from += count;
    }
    source.position(from);
    publishTail(to);
    return (int) (to - start);
  }

  /** Owner: copies written bytes into a packet. */
  public void copyTo(long position, MemorySegment target, long targetOffset, int lengthBytes) {
    long from = position;
    long end = position + lengthBytes;
    while (from < end) {
      int at = (int) from & Page.OFFSET_MASK;
      int count = (int) Math.min(end - from, Page.SIZE_BYTES - at);
      MemorySegment.copy(
          pageForReading(from).memory, at, target, targetOffset + (from - position), count);
      from += count;
    }
  }

  /** Owner: the peer has acknowledged everything below {@code position}. */
  public void acknowledge(long position) {
    publishHead(position);
  }

  /**
   * Whether a writer should be told that it may go on: as in Linux (sk_stream_is_writeable) only
   * once the free space is at least half of what is queued, so that it does not wake for crumbs.
   */
  public boolean isWritable() {
    int queued = queuedBytes();
    return capacityBytes() - queued >= Math.max(1, queued >> 1);
  }

  /** Owner: gives the memory of an empty queue back; for a connection that has gone idle. */
  public void releaseIdleMemory() {
    if (WRITER.compareAndSet(this, IDLE, RELEASING)) {
      releaseIfEmpty(tail());
      WRITER.setRelease(this, IDLE);
    }
  }

  /** Owner: gives all memory back; only when no thread writes any more. */
  public void close() {
    releaseAll();
  }
}
