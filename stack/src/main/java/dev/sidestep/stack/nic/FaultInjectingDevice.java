package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.util.function.LongSupplier;

/**
 * A device on a link that loses, doubles, corrupts, delays and reorders frames, both ways, as its
 * {@link Faults} say: to see how a program behaves on a bad network without having one.
 */
public final class FaultInjectingDevice implements NicDevice {

  /** Most frames under way per queue and direction. */
  private static final int CAPACITY_FRAMES = 4096;

  private final NicDevice device;
  private final FaultyQueue[] queues;

  /**
   * Makes {@code device}'s link faulty. Each queue and direction decides on its own, from seeds
   * derived from the one given.
   *
   * @param nanoClock what delays are measured with, such as {@link System#nanoTime}
   */
  public FaultInjectingDevice(
      NicDevice device, Faults inbound, Faults outbound, LongSupplier nanoClock) {
    this.device = device;
    this.queues = new FaultyQueue[device.queueCount()];
    for (int i = 0; i < queues.length; i++) {
      queues[i] =
          new FaultyQueue(
              device.queue(i), derived(inbound, 2L * i), derived(outbound, 2L * i + 1), nanoClock);
    }
  }

  private static Faults derived(Faults faults, long direction) {
    return new Faults(
        faults.seed() + direction,
        faults.dropChance(),
        faults.duplicateChance(),
        faults.corruptChance(),
        faults.reorderChance(),
        faults.reorderNanos(),
        faults.delayNanos());
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public long macAddress() {
    return device.macAddress();
  }

  /** As the device's, except that nothing vouches for checksums of frames that are corrupted. */
  @Override
  public NicCapabilities capabilities() {
    NicCapabilities own = device.capabilities();
    return new NicCapabilities(own.mtuBytes(), false, false, own.resolvesNeighbors());
  }

  @Override
  public int queueCount() {
    return queues.length;
  }

  @Override
  public NicQueue queue(int index) {
    return queues[index];
  }

  @Override
  public boolean linkUp() {
    return device.linkUp();
  }

  @Override
  public boolean isLoopback() {
    return device.isLoopback();
  }

  /** Loses what is under way and closes the device. */
  @Override
  public void close() {
    for (FaultyQueue queue : queues) {
      queue.inbound.clear();
      queue.outbound.clear();
    }
    device.close();
  }

  private static final class FaultyQueue implements NicQueue {

    private final NicQueue queue;
    private final LongSupplier nanoClock;
    private final FaultInjector inbound;
    private final FaultInjector outbound;
    private final PacketBuffer[] oneFrame = new PacketBuffer[1];

    FaultyQueue(NicQueue queue, Faults inbound, Faults outbound, LongSupplier nanoClock) {
      this.queue = queue;
      this.nanoClock = nanoClock;
      this.inbound = new FaultInjector(queue.pool(), inbound, CAPACITY_FRAMES);
      this.outbound = new FaultInjector(queue.pool(), outbound, CAPACITY_FRAMES);
    }

    /** Also the moment when delayed frames leave, because a poll loop calls it all the time. */
    @Override
    public int rxBurst(PacketBuffer[] into) {
      long now = nanoClock.getAsLong();
      transmitDue(now);
      int received = queue.rxBurst(into);
      for (int i = 0; i < received; i++) {
        inbound.admit(into[i], now);
      }
      return takeDue(into, now);
    }

    private int takeDue(PacketBuffer[] into, long now) {
      for (int count = 0; count < into.length; count++) {
        PacketBuffer frame = inbound.next(now);
        if (frame == null) {
          return count;
        }
        into[count] = frame;
      }
      return into.length;
    }

    @Override
    public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
      long now = nanoClock.getAsLong();
      for (int i = 0; i < count; i++) {
        outbound.admit(frames[fromIndex + i], now);
      }
      transmitDue(now);
      return count;
    }

    /** What a full ring refuses is lost: this is a bad network. */
    private void transmitDue(long now) {
      for (PacketBuffer frame = outbound.next(now); frame != null; frame = outbound.next(now)) {
        oneFrame[0] = frame;
        if (queue.txBurst(oneFrame, 0, 1) == 0) {
          frame.free();
        }
      }
    }

    @Override
    public PacketPool pool() {
      return queue.pool();
    }
  }
}
