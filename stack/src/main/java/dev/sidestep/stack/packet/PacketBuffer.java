package dev.sidestep.stack.packet;

import java.lang.foreign.MemorySegment;

/**
 * One packet in a pooled, off-heap buffer; the sk_buff of this stack. One object exists per buffer
 * of a pool, made when the pool is made, so passing packets on allocates nothing.
 *
 * <pre>
 *   0              offset            offset+length      memory.byteSize()
 *   |   headroom     |  the packet so far   |   tailroom    |
 *        push() &lt;----+----&gt; pull()          +----&gt; append()
 * </pre>
 *
 * <p>Ownership: an input path <em>borrows</em> a received buffer, and the poll loop frees it after
 * the input path returns; an output path that is handed a buffer owns it and frees it or passes it
 * on, whatever happens.
 *
 * <p>Threads: one owner at a time; not synchronised.
 */
public final class PacketBuffer {

  /** Bytes kept free in front of an empty buffer's data; DPDK's RTE_PKTMBUF_HEADROOM. */
  public static final int HEADROOM_BYTES = 128;

  private final PacketPool pool;
  private final int poolIndex;
  private final long nativeAddress;
  private final MemorySegment memory;

  private int offset;
  private int length;
  private boolean borrowed;

  /**
   * Made by a pool for one of its buffers.
   *
   * @param poolIndex the pool's own number of this buffer
   * @param nativeAddress address of the native descriptor (rte_mbuf), or 0 where there is none
   * @param memory the whole buffer, headroom included, bounds exact
   */
  public PacketBuffer(PacketPool pool, int poolIndex, long nativeAddress, MemorySegment memory) {
    this.pool = pool;
    this.poolIndex = poolIndex;
    this.nativeAddress = nativeAddress;
    this.memory = memory;
  }

  /** The whole buffer, headroom included; the packet is at {@link #offset()}. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where the packet starts in {@link #memory()}, in bytes. */
  public int offset() {
    return offset;
  }

  /** Length of the packet in bytes. */
  public int length() {
    return length;
  }

  /** Bytes that {@link #push} can still put in front. */
  public int headroomBytes() {
    return offset;
  }

  /** Bytes that {@link #append} can still put behind. */
  public int tailroomBytes() {
    return (int) memory.byteSize() - offset - length;
  }

  /** The pool's number of this buffer. */
  public int poolIndex() {
    return poolIndex;
  }

  /** Address of the native descriptor (rte_mbuf), or 0 for a pool without one. */
  public long nativeAddress() {
    return nativeAddress;
  }

  /** Sets where the packet lies; for pools and drivers. */
  public void setBounds(int offset, int length) {
    assert offset >= 0 && length >= 0 && offset + length <= memory.byteSize();
    this.offset = offset;
    this.length = length;
  }

  /** Puts a header of {@code bytes} in front; the caller writes it. Returns the new offset. */
  public int push(int bytes) {
    assert bytes <= offset;
    offset -= bytes;
    length += bytes;
    return offset;
  }

  /** Takes {@code bytes} of header off the front. Returns the new offset. */
  public int pull(int bytes) {
    assert bytes <= length;
    offset += bytes;
    length -= bytes;
    return offset;
  }

  /** Makes room for {@code bytes} behind; the caller writes them. Returns where they start. */
  public int append(int bytes) {
    assert bytes <= tailroomBytes();
    int at = offset + length;
    length += bytes;
    return at;
  }

  /** Cuts the packet to {@code bytes}, for instance to drop Ethernet padding. */
  public void trim(int bytes) {
    assert bytes <= length;
    length = bytes;
  }

  /** Gives the buffer back to its pool. */
  public void free() {
    pool.free(this);
  }

  /**
   * Called by the pool when the buffer leaves it.
   *
   * @throws IllegalStateException when somebody holds it already, which means memory corruption
   */
  public void markBorrowed() {
    if (borrowed) {
      throw new IllegalStateException("packet buffer " + poolIndex + " handed out twice");
    }
    borrowed = true;
  }

  /**
   * Called by the pool or driver when the buffer comes back.
   *
   * @throws IllegalStateException on a double free
   */
  public void markReturned() {
    if (!borrowed) {
      throw new IllegalStateException("packet buffer " + poolIndex + " freed twice");
    }
    borrowed = false;
  }
}
