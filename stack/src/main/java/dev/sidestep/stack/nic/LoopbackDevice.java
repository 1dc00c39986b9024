package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.ArenaPacketPool;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.lang.foreign.Arena;

/**
 * The interface that leads back to the stack itself (Linux: lo). A frame put on its transmit ring
 * is the frame that a later rx burst returns, so sending never runs into receiving. Nothing can
 * corrupt it on the way, so nobody needs checksums.
 *
 * <p>Threads: one queue, one owner at a time.
 */
public final class LoopbackDevice implements NicDevice {

  /** Largest IP packet, in bytes. */
  public static final int MTU_BYTES = 32_768;

  private static final int ETHERNET_HEADER_BYTES = 14;
  private static final NicCapabilities CAPABILITIES =
      new NicCapabilities(MTU_BYTES, true, true, false);

  private final Arena arena;
  private final LoopbackQueue queue;

  /** Makes the device with {@code buffers} packet buffers of one MTU each. */
  public LoopbackDevice(int buffers) {
    this.arena = Arena.ofShared();
    int roomBytes = ETHERNET_HEADER_BYTES + MTU_BYTES;
    this.queue = new LoopbackQueue(new ArenaPacketPool(arena, buffers, roomBytes));
  }

  @Override
  public String name() {
    return "lo";
  }

  @Override
  public long macAddress() {
    return 0;
  }

  @Override
  public NicCapabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public int queueCount() {
    return 1;
  }

  @Override
  public NicQueue queue(int index) {
    return queue;
  }

  @Override
  public boolean linkUp() {
    return true;
  }

  @Override
  public boolean isLoopback() {
    return true;
  }

  @Override
  public void close() {
    arena.close();
  }

  /** A ring with room for every buffer of the pool, so it never refuses a frame. */
  private static final class LoopbackQueue implements NicQueue {

    private final PacketPool pool;
    private final PacketBuffer[] ring;
    private int head;
    private int length;

    LoopbackQueue(PacketPool pool) {
      this.pool = pool;
      this.ring = new PacketBuffer[pool.capacityBuffers()];
    }

    @Override
    public int rxBurst(PacketBuffer[] into) {
      int count = Math.min(length, into.length);
      for (int i = 0; i < count; i++) {
        into[i] = ring[head];
        head = (head + 1) % ring.length;
      }
      length -= count;
      return count;
    }

    @Override
    public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
      int taken = Math.min(count, ring.length - length);
      for (int i = 0; i < taken; i++) {
        ring[(head + length) % ring.length] = frames[fromIndex + i];
        length++;
      }
      return taken;
    }

    @Override
    public boolean hasRxInterrupt() {
      return true;
    }

    /** Frames only arrive while somebody sends, who sees that there is something to poll for. */
    @Override
    public boolean enableRxInterrupt() {
      return !needsPolling();
    }

    @Override
    public boolean needsPolling() {
      return length > 0;
    }

    @Override
    public PacketPool pool() {
      return pool;
    }
  }
}
