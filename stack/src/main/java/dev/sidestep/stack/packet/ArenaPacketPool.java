package dev.sidestep.stack.packet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A pool in plain off-heap memory, for links that live in this process: the loopback device and the
 * simulated links of the tests. The memory lives as long as the arena it was given.
 */
public final class ArenaPacketPool implements PacketPool {

  private static final int CACHE_LINE_BYTES = 64;

  private final PacketBuffer[] freeBuffers;
  private final int dataRoomBytes;
  private int freeCount;

  /** Makes a pool of {@code buffers} packets of {@code dataRoomBytes} each, plus headroom. */
  public ArenaPacketPool(Arena arena, int buffers, int dataRoomBytes) {
    this.dataRoomBytes = dataRoomBytes;
    this.freeBuffers = new PacketBuffer[buffers];
    this.freeCount = buffers;
    long roomBytes = PacketBuffer.HEADROOM_BYTES + (long) dataRoomBytes;
    for (int i = 0; i < buffers; i++) {
      MemorySegment room = arena.allocate(roomBytes, CACHE_LINE_BYTES);
      freeBuffers[i] = new PacketBuffer(this, i, 0, room);
    }
  }

  @Override
  public @Nullable PacketBuffer allocate() {
    if (freeCount == 0) {
      return null;
    }
    PacketBuffer buffer = freeBuffers[--freeCount];
    buffer.markBorrowed();
    buffer.setBounds(PacketBuffer.HEADROOM_BYTES, 0);
    return buffer;
  }

  @Override
  public boolean hasSpare() {
    return freeCount > PacketPool.reservedBuffers(freeBuffers.length);
  }

  @Override
  public void free(PacketBuffer buffer) {
    buffer.markReturned();
    freeBuffers[freeCount++] = buffer;
  }

  @Override
  public int capacityBuffers() {
    return freeBuffers.length;
  }

  @Override
  public int availableBuffers() {
    return freeCount;
  }

  @Override
  public int dataRoomBytes() {
    return dataRoomBytes;
  }
}
