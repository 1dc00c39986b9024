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

  private static final int NOTHING = Integer.MAX_VALUE;

  private static final VarHandle PROMISED;

  static {
    try {
      PROMISED =
          MethodHandles.lookup().findVarHandle(SocketSendQueue.class, "promised", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Runnable onRoom;

  /** What {@link SocketMemory} has been asked to tell of, or {@link #NOTHING}. */
  private volatile int awaitedBytes = NOTHING;

  /**
   * Whether a writer has been told that it may go on. Until a write falls short that is kept even
   * if others use the memory up meanwhile: of all that one select reports the first could leave
   * nothing for the last, who would be woken for nothing.
   */
  @SuppressWarnings("unused") // through PROMISED
  private boolean promised;

  /** Position behind the last urgent byte (Linux: snd_up). */
  private volatile long urgentEnd;

  /**
   * A queue for up to {@code capacityBytes}; see {@link #setCapacityBytes}.
   *
   * @param onRoom runs, on any thread, when a queue that was not writable for want of socket memory
   *     may be so again
   */
  public SocketSendQueue(SocketMemory memory, int capacityBytes, Runnable onRoom) {
    super(memory, capacityBytes);
    this.onRoom = onRoom;
  }

  /**
   * Writer: appends bytes, as many as the capacity and socket memory allow.
   *
   * @return the number of bytes taken from {@code source}, 0 when the queue is full
   */
  public int write(ByteBuffer source) {
    int wanted = source.remaining();
    int taken = append(source, Math.min(freeBytes(), wanted), false);
    if (taken < wanted && (boolean) PROMISED.getAcquire(this)) {
      PROMISED.setRelease(this, false);
      if (taken == 0) {
        taken = append(source, Math.min(promisedBytes(), wanted), true);
      }
    }
    return taken;
  }

  private int promisedBytes() {
    return Math.clamp(capacityBytes() - (long) queuedBytes(), 0, Page.SIZE_BYTES);
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

  /**
   * Appends what there are pages for.
   *
   * @param regardless whether what the queue holds already does not count
   */
  private int append(ByteBuffer source, int lengthBytes, boolean regardless) {
    if (lengthBytes == 0) {
      return 0;
    }
    pin();
    long start = tail();
    long to = start;
    long end = start + lengthBytes;
    int from = source.position();
    while (to < end) {
      long held = regardless ? 0 : to - head();
      boolean allowed = regardless || held < memory().allowanceBytes();
      Page page = allowed ? pageForWriting(to, held) : null;
      if (page == null) {
        break;
      }
      int at = pageOffset(to);
      int count = (int) Math.min(end - to, Page.SIZE_BYTES - at);
      page.buffer.put(at, source, from, count);
      to += count;
      from += count;
    }
    source.position(from);
    publishTail(to, false);
    return (int) (to - start);
  }

  /** Owner: copies written bytes into a packet. */
  public void copyTo(long position, MemorySegment target, long targetOffset, int lengthBytes) {
    long from = position;
    long end = position + lengthBytes;
    while (from < end) {
      int at = pageOffset(from);
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
   * Whoever finds it short of socket memory is told when there is more.
   */
  public boolean isWritable() {
    int wanted = worthwhileBytes();
    if (capacityBytes() < wanted) {
      return false;
    }
    boolean allowed = memory().allowanceBytes() >= wanted;
    if (!allowed) {
      if (wanted < awaitedBytes) {
        awaitedBytes = wanted;
        memory().callWhenAllowed(this, wanted);
      }
      allowed = memory().allowanceBytes() >= worthwhileBytes();
    }
    if (allowed) {
      PROMISED.setRelease(this, true);
    }
    return allowed;
  }

  private int worthwhileBytes() {
    int queued = queuedBytes();
    return queued + Math.max(1, queued >> 1);
  }

  /** There is memory again. Any thread. */
  void memoryAllowed() {
    awaitedBytes = NOTHING;
    onRoom.run();
  }

  /** Owner: gives all memory back; only when no thread writes any more. */
  public void close() {
    releaseAll();
    if (awaitedBytes != NOTHING) {
      memory().forget(this);
    }
  }
}
