package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketBuffer;
import java.util.function.LongSupplier;

/**
 * A device on a link that loses, doubles, corrupts, delays and reorders frames, both ways, as its
 * {@link Faults} say: to see how a program behaves on a bad network without having one.
 */
public final class FaultInjectingDevice extends ForwardingNicDevice {

  /** Most frames under way per queue and direction. */
  private static final int CAPACITY_FRAMES = 4096;

  /**
   * Makes {@code device}'s link faulty. Each queue and direction decides on its own, from seeds
   * derived from the one given.
   *
   * @param nanoClock what delays are measured with, such as {@link System#nanoTime}
   */
  public FaultInjectingDevice(
      NicDevice device, Faults inbound, Faults outbound, LongSupplier nanoClock) {
    super(
        device,
        index ->
            new FaultyQueue(
                device.queue(index),
                derived(inbound, 2L * index),
                derived(outbound, 2L * index + 1),
                nanoClock));
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

  /** As the device's, except that nothing vouches for checksums of frames that are corrupted. */
  @Override
  public NicCapabilities capabilities() {
    NicCapabilities own = super.capabilities();
    return new NicCapabilities(
        own.mtuBytes(), false, false, own.resolvesNeighbors(), own.receivesUnfinished());
  }

  private static final class FaultyQueue extends ForwardingNicQueue {

    private final LongSupplier nanoClock;
    private final FaultInjector inbound;
    private final FaultInjector outbound;
    private final PacketBuffer[] oneFrame = new PacketBuffer[1];

    FaultyQueue(NicQueue queue, Faults inbound, Faults outbound, LongSupplier nanoClock) {
      super(queue);
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

    /** What is under way leaves when the queue is polled. */
    @Override
    public boolean needsPolling() {
      return inbound.heldFrames() + outbound.heldFrames() > 0 || super.needsPolling();
    }

    /** Loses what is under way. */
    @Override
    void discard() {
      inbound.clear();
      outbound.clear();
    }
  }
}
