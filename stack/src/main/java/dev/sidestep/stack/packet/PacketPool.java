package dev.sidestep.stack.packet;

import org.jspecify.annotations.Nullable;

/**
 * A fixed set of {@link PacketBuffer}s, allocated once. Taking and returning one allocates nothing
 * on the heap.
 *
 * <p>Threads: owned by whoever owns the queue the pool belongs to (one owner at a time, no locks).
 */
public interface PacketPool {

  /** Most buffers in reserve; a small pool keeps fewer. */
  int RESERVED_BUFFERS = 32;

  /** Buffers that a pool of {@code capacityBuffers} keeps in reserve. */
  static int reservedBuffers(int capacityBuffers) {
    return Math.min(RESERVED_BUFFERS, capacityBuffers / 8);
  }

  /**
   * Borrows an empty buffer whose data starts at {@link PacketBuffer#HEADROOM_BYTES} and is zero
   * bytes long.
   *
   * @return the buffer, or {@code null} when every buffer is in use; the caller counts that and
   *     tries again later
   */
  @Nullable PacketBuffer allocate();

  /**
   * Whether there are buffers beyond a reserve. Whoever can wait leaves the reserve alone, so that
   * text which the device does not get rid of cannot keep an ACK or RST from being sent.
   */
  boolean hasSpare();

  /** Takes back a buffer. A buffer must come back exactly once; see {@link PacketBuffer#free()}. */
  void free(PacketBuffer buffer);

  /** Number of buffers of this pool, in use or not. */
  int capacityBuffers();

  /**
   * Number of buffers nobody holds at the moment: in the pool or in this owner's cache of it. Slow;
   * for tests, statistics and leak checks.
   */
  int availableBuffers();

  /** Bytes one buffer holds after its headroom. */
  int dataRoomBytes();
}
