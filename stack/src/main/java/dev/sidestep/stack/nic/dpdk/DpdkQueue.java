package dev.sidestep.stack.nic.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import dev.sidestep.stack.nic.dpdk.ffi.FastPath;
import dev.sidestep.stack.nic.dpdk.ffi.MemifReceiveRing;
import dev.sidestep.stack.nic.dpdk.ffi.RteSpinlock;
import dev.sidestep.stack.nic.dpdk.ffi.RxInterrupt;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One queue pair of a started port: rte_eth_rx_burst and rte_eth_tx_burst. */
final class DpdkQueue implements NicQueue {

  private static final int MAX_BURST = 256;

  private final MbufPool pool;
  private final boolean critical;

  /** Held during bursts so that the driver's own thread cannot take the rings away. */
  private final @Nullable MemorySegment disconnectLock;

  /** A memif port's; what is in it is looked at before the driver is, see there. */
  private final @Nullable MemifReceiveRing memifRing;

  private final @Nullable RxInterrupt interrupt;
  private final @Nullable LongFrames longFrames;

  private final MemorySegment rxFunction;
  private final MemorySegment txFunction;
  private final long rxQueue;
  private final long txQueue;
  private final MemorySegment rxTable;
  private final MemorySegment txTable;
  private final long rxTableAddress;
  private final long txTableAddress;
  private long oversizeFramesDropped;
  private boolean closed;

  /**
   * Reads the started port's function pointers, which stay the same until it is stopped.
   *
   * @param critical see {@link FastPath#burst}
   * @param disconnectLock see {@link DpdkLibrary#memifDisconnectLock}, or {@code null}
   * @param memifRing the ring of a memif port that has such a lock, or {@code null}
   * @param interrupt how the driver tells of frames, or {@code null} if it does not
   * @param longFrames what completes the frames that the driver cuts, or {@code null} if it does
   *     not
   */
  DpdkQueue(
      DpdkLibrary library,
      int port,
      int queue,
      MbufPool pool,
      boolean critical,
      @Nullable MemorySegment disconnectLock,
      @Nullable MemifReceiveRing memifRing,
      @Nullable RxInterrupt interrupt,
      @Nullable LongFrames longFrames,
      Arena arena) {
    this.pool = pool;
    this.disconnectLock = disconnectLock;
    this.memifRing = memifRing;
    this.interrupt = interrupt;
    this.longFrames = longFrames;
    this.critical = critical;
    this.rxFunction = library.rxBurstFunction(port);
    this.txFunction = library.txBurstFunction(port);
    this.rxQueue = library.rxQueue(port, queue);
    this.txQueue = library.txQueue(port, queue);
    this.rxTable = arena.allocate(JAVA_LONG, MAX_BURST);
    this.txTable = arena.allocate(JAVA_LONG, MAX_BURST);
    this.rxTableAddress = rxTable.address();
    this.txTableAddress = txTable.address();
  }

  @Override
  public int rxBurst(PacketBuffer[] into) {
    if (closed) {
      return 0;
    }
    int wanted = Math.min(into.length, MAX_BURST);
    pool.levelTray();
    int received = receive(wanted);
    int kept = 0;
    for (int i = 0; i < received; i++) {
      PacketBuffer frame = pool.received(rxTable.getAtIndex(JAVA_LONG, i));
      if (frame == null) {
        oversizeFramesDropped++;
      } else if (frame.length() == 0) {
        // Emptied in the memif ring.
        frame.free();
        oversizeFramesDropped++;
      } else {
        into[kept++] = whole(frame);
      }
    }
    return kept;
  }

  private PacketBuffer whole(PacketBuffer frame) {
    return longFrames != null && longFrames.mayBeCut(frame) ? longFrames.whole(frame) : frame;
  }

  @Override
  public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
    if (closed) {
      return 0;
    }
    int offered = Math.min(count, MAX_BURST);
    for (int i = 0; i < offered; i++) {
      txTable.setAtIndex(JAVA_LONG, i, pool.prepared(frames[fromIndex + i]));
    }
    int taken = transmit(offered);
    for (int i = 0; i < taken; i++) {
      frames[fromIndex + i].markReturned();
    }
    pool.levelTray();
    return taken;
  }

  private int receive(int wanted) {
    if (disconnectLock == null) {
      return FastPath.burst(rxFunction, critical, rxQueue, rxTableAddress, wanted);
    }
    RteSpinlock.lock(disconnectLock);
    try {
      int whole = memifRing == null ? wanted : memifRing.wholeFrames(wanted, pool.dataRoomBytes());
      return FastPath.burst(rxFunction, critical, rxQueue, rxTableAddress, whole);
    } finally {
      RteSpinlock.unlock(disconnectLock);
    }
  }

  private int transmit(int offered) {
    if (disconnectLock == null) {
      return FastPath.burst(txFunction, critical, txQueue, txTableAddress, offered);
    }
    RteSpinlock.lock(disconnectLock);
    try {
      return FastPath.burst(txFunction, critical, txQueue, txTableAddress, offered);
    } finally {
      RteSpinlock.unlock(disconnectLock);
    }
  }

  @Override
  public boolean hasRxInterrupt() {
    return interrupt != null;
  }

  @Override
  public boolean enableRxInterrupt() {
    return !closed && interrupt != null && interrupt.enable();
  }

  @Override
  public void disableRxInterrupt() {
    if (!closed && interrupt != null) {
      interrupt.disable();
    }
  }

  @Override
  public int rxDescriptor() {
    return interrupt == null ? -1 : interrupt.descriptor();
  }

  @Override
  public PacketPool pool() {
    return pool;
  }

  /** The pool as what it is. */
  MbufPool mbufPool() {
    return pool;
  }

  /** Received frames in several pieces that did not fit into one buffer. */
  long oversizeFramesDropped() {
    return oversizeFramesDropped;
  }

  /** From now on bursts move nothing; the port may be stopped. */
  void close() {
    closed = true;
    if (longFrames != null) {
      longFrames.close();
    }
  }
}
