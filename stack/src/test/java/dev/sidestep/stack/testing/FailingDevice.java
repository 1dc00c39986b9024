package dev.sidestep.stack.testing;

import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * A device with one queue that throws at one of its calls: each call of it, its queue and its pool
 * asks {@link FailurePoint} whether this is the one.
 */
public final class FailingDevice implements NicDevice, NicQueue, PacketPool {

  private final NicDevice device;
  private final NicQueue queue;
  private final PacketPool pool;
  private final FailurePoint point;

  /** Stands in front of {@code device}. */
  public FailingDevice(NicDevice device, FailurePoint point) {
    this.device = device;
    this.queue = device.queue(0);
    this.pool = queue.pool();
    this.point = point;
  }

  /** Throws before anything was received, or when all is handed over already. */
  @Override
  public int rxBurst(PacketBuffer[] into) {
    point.pass();
    int count = queue.rxBurst(into);
    point.pass();
    return count;
  }

  @Override
  public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
    point.pass();
    return queue.txBurst(frames, fromIndex, count);
  }

  @Override
  public boolean linkUp() {
    point.pass();
    return device.linkUp();
  }

  @Override
  public @Nullable PacketBuffer allocate() {
    point.pass();
    return pool.allocate();
  }

  @Override
  public boolean hasSpare() {
    return pool.hasSpare();
  }

  /** The buffers know the pool they came from, and go back there without us. */
  @Override
  public void free(PacketBuffer buffer) {
    pool.free(buffer);
  }

  @Override
  public PacketPool pool() {
    return this;
  }

  @Override
  public int capacityBuffers() {
    return pool.capacityBuffers();
  }

  @Override
  public int availableBuffers() {
    return pool.availableBuffers();
  }

  @Override
  public int dataRoomBytes() {
    return pool.dataRoomBytes();
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public long macAddress() {
    return device.macAddress();
  }

  @Override
  public NicCapabilities capabilities() {
    return device.capabilities();
  }

  @Override
  public int queueCount() {
    return 1;
  }

  @Override
  public NicQueue queue(int index) {
    return this;
  }

  @Override
  public void close() {
    device.close();
  }
}
