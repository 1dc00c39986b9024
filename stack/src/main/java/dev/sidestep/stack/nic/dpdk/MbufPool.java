package dev.sidestep.stack.nic.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import dev.sidestep.stack.nic.dpdk.ffi.FastPath;
import dev.sidestep.stack.nic.dpdk.ffi.NativeMemory;
import dev.sidestep.stack.nic.dpdk.ffi.RteMbuf;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A mempool of mbufs, each with its {@link PacketBuffer}. The buffer's number stands in the mbuf's
 * private area, so a received mbuf leads to its buffer by one load.
 *
 * <pre>
 *   mbuf          +128           +192                                    +192+bufferBytes
 *   | rte_mbuf      | number, pad  | headroom | data room                  |
 *                                  ^ PacketBuffer.memory(), rte_mbuf.buf_addr
 * </pre>
 *
 * <p>The mempool is single-producer, single-consumer (ring_sp_sc): the driver takes and returns
 * mbufs within the bursts, which only the queue's owner calls, and everything else happens here.
 *
 * <p>The mempool is a ring, so a driver left alone with it uses all buffers in turn and finds each
 * of them cold. For drivers that copy packets by themselves it is therefore kept nearly empty, a
 * tray for the driver's next burst, and the free buffers lie on a stack in front of it, from which
 * the one used last goes out first: a bulk transfer stays in the processor's cache, which more than
 * doubles the rate of a memif link.
 *
 * <p>Invariant of every mbuf that is in the mempool or held by Java: refcnt 1, nb_segs 1, next NULL
 * (rte_mbuf_raw_alloc).
 */
final class MbufPool implements PacketPool {

  /** Keeps the buffer on a cache line of its own; multiple of RTE_MBUF_PRIV_ALIGN. */
  private static final int PRIVATE_BYTES = 64;

  private static final int NUMBER_OFFSET = RteMbuf.SIZE;
  private static final int BUFFER_OFFSET = RteMbuf.SIZE + PRIVATE_BYTES;

  /** struct rte_mempool_objhdr and padding, in front of every object (rte_mempool.h). */
  private static final int OBJECT_HEADER_BYTES = 64;

  private static final int TRANSFER = 32;

  /** Drivers allocate for a burst at a time, some of them ahead. */
  private static final int TRAY_BUFFERS = 2 * TRANSFER;

  /** Free buffers in front of a mempool whose buffers go round. */
  private static final int STACK_BUFFERS = 3 * TRANSFER;

  private final DpdkLibrary library;
  private final long pool;
  private final MemorySegment dequeue;
  private final MemorySegment enqueue;
  private final MemorySegment getCount;
  private final Arena arena = Arena.ofShared();
  private final int dataRoomBytes;

  /** From the first mbuf to the end of the last. */
  private final MemorySegment memory;

  private final long base;
  private final PacketBuffer[] buffers;

  /** The free buffers that are not in the mempool, last used on top. */
  private final PacketBuffer[] free;

  private int freeCount;

  /** Whether buffers have moved since the tray was levelled. */
  private boolean moved = true;

  private final int reserve;
  private final int trayLow;
  private final int trayHigh;
  private final int stackHigh;
  private final MemorySegment transferTable;
  private final long transferTableAddress;
  private boolean closed;

  /**
   * Makes the pool.
   *
   * @param keepHot whether to use few buffers over and over, rather than all in turn
   * @throws DpdkException when DPDK has no memory for it
   */
  MbufPool(DpdkEal eal, String name, int count, int dataRoomBytes, boolean keepHot) {
    this.library = eal.library();
    this.dataRoomBytes = dataRoomBytes;
    this.pool = create(eal, name, count, dataRoomBytes);
    this.dequeue = library.poolDequeueFunction(pool);
    this.enqueue = library.poolEnqueueFunction(pool);
    this.getCount = library.poolCountFunction(pool);
    this.transferTable = arena.allocate(JAVA_LONG, TRANSFER);
    this.transferTableAddress = transferTable.address();
    this.buffers = new PacketBuffer[count];
    this.free = new PacketBuffer[count];
    this.reserve = PacketPool.reservedBuffers(count);
    this.trayLow = Math.min(TRAY_BUFFERS, count / 2);
    this.trayHigh = keepHot ? 2 * trayLow : count;
    this.stackHigh = keepHot ? count : STACK_BUFFERS;
    try (Arena temporary = Arena.ofConfined()) {
      MemorySegment mbufs = temporary.allocate(JAVA_LONG, count);
      int status = FastPath.poolTransfer(dequeue, pool, mbufs.address(), count);
      if (status != 0) {
        throw new DpdkException("DPDK's pool " + name + " does not give out its own buffers");
      }
      this.base = lowest(mbufs, count);
      this.memory = NativeMemory.segment(base, highest(mbufs, count) + mbufBytes() - base, arena);
      number(mbufs, count);
      FastPath.poolTransfer(enqueue, pool, mbufs.address(), count);
    }
  }

  /** Memory one buffer takes, all told. */
  static long bytesPerBuffer(int dataRoomBytes) {
    return OBJECT_HEADER_BYTES + BUFFER_OFFSET + PacketBuffer.HEADROOM_BYTES + (long) dataRoomBytes;
  }

  private static long create(DpdkEal eal, String name, int count, int dataRoomBytes) {
    long[] created = new long[1];
    int bufferBytes = PacketBuffer.HEADROOM_BYTES + dataRoomBytes;
    String failed =
        eal.call(
            () -> {
              created[0] =
                  eal.library().createPool(name, count, PRIVATE_BYTES, bufferBytes, "ring_sp_sc");
              return created[0] == 0 ? -Errno.ENOMEM : 0;
            });
    if (failed != null) {
      throw new DpdkException(
          "sidestep.eal: DPDK has no memory for %d packets of %d bytes (%s); pass --no-huge -m"
                  .formatted(count, bufferBytes, failed)
              + " <megabytes>, reserve more hugepages, or install librte-mempool-ring"
              + eal.library().abi().soVersion());
    }
    return created[0];
  }

  private static long lowest(MemorySegment mbufs, int count) {
    long lowest = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      lowest = Math.min(lowest, mbufs.getAtIndex(JAVA_LONG, i));
    }
    return lowest;
  }

  private static long highest(MemorySegment mbufs, int count) {
    long highest = 0;
    for (int i = 0; i < count; i++) {
      highest = Math.max(highest, mbufs.getAtIndex(JAVA_LONG, i));
    }
    return highest;
  }

  private long mbufBytes() {
    return (long) BUFFER_OFFSET + PacketBuffer.HEADROOM_BYTES + dataRoomBytes;
  }

  private void number(MemorySegment mbufs, int count) {
    for (int i = 0; i < count; i++) {
      long mbuf = mbufs.getAtIndex(JAVA_LONG, i);
      long at = mbuf - base;
      memory.set(JAVA_INT, at + NUMBER_OFFSET, i);
      MemorySegment room =
          memory.asSlice(at + BUFFER_OFFSET, PacketBuffer.HEADROOM_BYTES + (long) dataRoomBytes);
      buffers[i] = new PacketBuffer(this, i, mbuf, room);
    }
  }

  /** The struct rte_mempool. */
  long address() {
    return pool;
  }

  @Override
  public @Nullable PacketBuffer allocate() {
    if (freeCount == 0 && !refill()) {
      return null;
    }
    PacketBuffer buffer = free[--freeCount];
    buffer.markBorrowed();
    buffer.setBounds(PacketBuffer.HEADROOM_BYTES, 0);
    return buffer;
  }

  @Override
  public boolean hasSpare() {
    return freeCount > reserve || (refill() && freeCount > reserve);
  }

  @Override
  public void free(PacketBuffer buffer) {
    buffer.markReturned();
    free[freeCount++] = buffer;
    moved = true;
  }

  /** Sees to it that the driver finds buffers for its next burst, and not many more. */
  void levelTray() {
    if (!moved || closed) {
      return;
    }
    moved = false;
    int inTray = FastPath.poolCount(getCount, pool);
    while ((inTray < trayLow && freeCount > reserve) || freeCount > stackHigh) {
      int count = Math.min(freeCount - reserve, TRANSFER);
      spill(count);
      inTray += count;
    }
    while (inTray > trayHigh) {
      refill(TRANSFER);
      inTray -= TRANSFER;
    }
  }

  /** Takes what the driver's next burst can spare. */
  private boolean refill() {
    int spare = closed ? 0 : FastPath.poolCount(getCount, pool) - trayLow;
    if (spare <= 0) {
      return false;
    }
    refill(Math.min(spare, TRANSFER));
    return true;
  }

  private void refill(int count) {
    int status = FastPath.poolTransfer(dequeue, pool, transferTableAddress, count);
    assert status == 0 : "the pool does not hold what it counts";
    for (int i = 0; i < count; i++) {
      free[freeCount++] = bufferOf(transferTable.getAtIndex(JAVA_LONG, i));
    }
  }

  private void spill(int count) {
    if (closed) {
      return;
    }
    for (int i = 0; i < count; i++) {
      transferTable.setAtIndex(JAVA_LONG, i, free[--freeCount].nativeAddress());
    }
    FastPath.poolTransfer(enqueue, pool, transferTableAddress, count);
  }

  private PacketBuffer bufferOf(long mbuf) {
    return buffers[memory.get(JAVA_INT, mbuf - base + NUMBER_OFFSET)];
  }

  /**
   * The buffer of an mbuf that a driver has just received, now borrowed by the caller.
   *
   * @return {@code null} for a frame that does not fit into one buffer, which is freed
   */
  @Nullable PacketBuffer received(long mbuf) {
    long at = mbuf - base;
    PacketBuffer buffer = buffers[memory.get(JAVA_INT, at + NUMBER_OFFSET)];
    buffer.markBorrowed();
    moved = true;
    boolean fits = isWithinBuffer(at);
    buffer.setBounds(
        fits ? dataOffset(at) : PacketBuffer.HEADROOM_BYTES, fits ? dataLength(at) : 0);
    return fits && memory.get(JAVA_SHORT, at + RteMbuf.NB_SEGS) == 1
        ? buffer
        : joined(buffer, at, fits);
  }

  // Copies all segments into the first, and undoes the chain. What each segment says of itself
  // counts: what the head says of them all, drivers add up from what a peer says.
  private @Nullable PacketBuffer joined(PacketBuffer head, long headAt, boolean headFits) {
    boolean fits = headFits;
    long next = unchain(headAt);
    while (next != 0) {
      long at = next - base;
      PacketBuffer segment = bufferOf(next);
      segment.markBorrowed();
      int length = dataLength(at);
      fits = fits && isWithinBuffer(at) && length <= head.tailroomBytes();
      if (fits) {
        int to = head.append(length);
        MemorySegment.copy(segment.memory(), dataOffset(at), head.memory(), to, length);
      }
      next = unchain(at);
      free(segment);
    }
    if (!fits) {
      free(head);
      return null;
    }
    return head;
  }

  private int dataOffset(long at) {
    return memory.get(JAVA_SHORT, at + RteMbuf.DATA_OFF) & 0xFFFF;
  }

  private int dataLength(long at) {
    return memory.get(JAVA_SHORT, at + RteMbuf.DATA_LEN) & 0xFFFF;
  }

  private boolean isWithinBuffer(long at) {
    return dataOffset(at) + dataLength(at) <= PacketBuffer.HEADROOM_BYTES + dataRoomBytes;
  }

  /** Makes an mbuf stand for itself. Returns the one that followed it, or 0. */
  private long unchain(long at) {
    long next = memory.get(JAVA_LONG, at + RteMbuf.NEXT);
    memory.set(JAVA_LONG, at + RteMbuf.NEXT, 0L);
    memory.set(JAVA_SHORT, at + RteMbuf.NB_SEGS, (short) 1);
    return next;
  }

  /**
   * Makes a buffer's mbuf describe the frame that lies in it, for transmission.
   *
   * @return the mbuf
   * @throws IllegalArgumentException when the buffer is another pool's, which the driver must never
   *     see
   */
  long prepared(PacketBuffer buffer) {
    if (buffers[buffer.poolIndex()] != buffer) {
      throw new IllegalArgumentException("packet buffer of another pool");
    }
    moved = true;
    long mbuf = buffer.nativeAddress();
    long at = mbuf - base;
    memory.set(JAVA_LONG, at + RteMbuf.DATA_OFF, RteMbuf.REARM_WORD | buffer.offset());
    memory.set(JAVA_LONG, at + RteMbuf.OL_FLAGS, 0L);
    memory.set(JAVA_INT, at + RteMbuf.PKT_LEN, buffer.length());
    memory.set(JAVA_SHORT, at + RteMbuf.DATA_LEN, (short) buffer.length());
    return mbuf;
  }

  /** Whether DPDK sees the mbuf of {@code buffer} as we do; asked once, by the self-test. */
  boolean layoutAgrees(PacketBuffer buffer) {
    long at = buffer.nativeAddress() - base;
    return memory.get(JAVA_LONG, at + RteMbuf.BUF_ADDR) == buffer.memory().address()
        && memory.get(JAVA_LONG, at + RteMbuf.BUF_IOVA) != 0
        && memory.get(JAVA_SHORT, at + RteMbuf.REFCNT) == 1
        && memory.get(JAVA_SHORT, at + RteMbuf.NB_SEGS) == 1
        && memory.get(JAVA_LONG, at + RteMbuf.NEXT) == 0
        && memory.get(JAVA_INT, at + RteMbuf.PKT_LEN) == buffer.length();
  }

  @Override
  public int capacityBuffers() {
    return buffers.length;
  }

  @Override
  public int availableBuffers() {
    return freeCount + (closed ? 0 : FastPath.poolCount(getCount, pool));
  }

  @Override
  public int dataRoomBytes() {
    return dataRoomBytes;
  }

  /**
   * Gives the memory back to DPDK; every {@link PacketBuffer#memory()} becomes invalid.
   *
   * @return how many buffers had not come back
   */
  int close() {
    while (freeCount > 0) {
      spill(Math.min(freeCount, TRANSFER));
    }
    int missing = buffers.length - availableBuffers();
    closed = true;
    library.freePool(pool);
    arena.close();
    return missing;
  }
}
