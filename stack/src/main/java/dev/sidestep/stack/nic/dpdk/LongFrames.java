package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.wire.EthernetHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Makes the frames whole again that were cut because they are longer than a place of a packet
 * socket's ring. The kernel keeps a copy of each such frame, unless its memory for them is full, so
 * a copy that is not the one looked for belongs to a frame still to come, and is kept for it.
 *
 * <p>Threads: the shard's owner.
 */
final class LongFrames {

  /** Enough to tell frames apart: all headers. */
  private static final int COMPARED_BYTES = 128;

  private static final int ADDRESSES_BYTES = 12;
  private static final int VLAN_TAG_BYTES = 4;
  private static final int TYPE_VLAN = 0x8100;

  /** Where the copies come from, in the order of their frames. */
  interface Copies {

    /** See {@link dev.sidestep.stack.nic.dpdk.ffi.PacketSocketCopies#receive}. */
    long receive(MemorySegment into, long offset, int roomBytes);
  }

  private final Copies copies;
  private final PacketPool pool;
  private final int cutBytes;
  private final int ringFrames;

  /** A copy whose frame has not been received yet. */
  private @Nullable PacketBuffer early;

  /** Frames received since {@link #early} that it was not the copy of. */
  private int misses;

  /**
   * Completes the frames of one queue.
   *
   * @param cutBytes no frame shorter than that has been cut
   * @param ringFrames places of the ring
   */
  LongFrames(Copies copies, PacketPool pool, int cutBytes, int ringFrames) {
    this.copies = copies;
    this.pool = pool;
    this.cutBytes = cutBytes;
    this.ringFrames = ringFrames;
  }

  /** Whether a frame may have been cut. */
  boolean mayBeCut(PacketBuffer frame) {
    return frame.length() >= cutBytes;
  }

  /**
   * The whole frame of which {@code cut} is the beginning, or that itself if there is no more of it
   * to be had: then its lengths tell. Takes {@code cut} over.
   */
  PacketBuffer whole(PacketBuffer cut) {
    PacketBuffer copy = early == null ? receive() : early;
    early = copy;
    if (copy == null) {
      return cut;
    }
    if (isCopy(copy, cut)) {
      early = null;
      misses = 0;
      cut.free();
      return copy;
    }
    forgetIfStale(copy);
    return cut;
  }

  /** A copy is no further ahead of its frame than the ring is long. */
  private void forgetIfStale(PacketBuffer copy) {
    misses++;
    if (misses > ringFrames) {
      misses = 0;
      early = null;
      copy.free();
    }
  }

  private @Nullable PacketBuffer receive() {
    PacketBuffer buffer = pool.allocate();
    if (buffer == null) {
      return null;
    }
    int roomBytes = buffer.tailroomBytes();
    long length = copies.receive(buffer.memory(), buffer.offset(), roomBytes);
    if (length <= 0) {
      buffer.free();
      return null;
    }
    buffer.append((int) Math.min(length, roomBytes));
    return buffer;
  }

  /** A VLAN tag lies beside the frame in the kernel; the driver puts it back, into what is cut. */
  private static boolean isCopy(PacketBuffer copy, PacketBuffer cut) {
    int tagBytes = isTagged(cut) && !isTagged(copy) ? VLAN_TAG_BYTES : 0;
    return copy.length() >= cut.length() - tagBytes
        && areSame(copy, 0, cut, 0, ADDRESSES_BYTES)
        && areSame(copy, ADDRESSES_BYTES, cut, ADDRESSES_BYTES + tagBytes, COMPARED_BYTES);
  }

  private static boolean isTagged(PacketBuffer frame) {
    return EthernetHeader.type(frame.memory(), frame.offset()) == TYPE_VLAN;
  }

  private static boolean areSame(PacketBuffer a, int fromA, PacketBuffer b, int fromB, int bytes) {
    long startA = a.offset() + (long) fromA;
    long startB = b.offset() + (long) fromB;
    return MemorySegment.mismatch(
            a.memory(), startA, startA + bytes, b.memory(), startB, startB + bytes)
        < 0;
  }

  /** Frees what is kept; nothing is received any more. */
  void close() {
    if (early != null) {
      early.free();
      early = null;
    }
  }
}
