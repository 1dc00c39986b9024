package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketBuffer;

/**
 * A device whose frames, both ways, also go into a {@link PcapCapture}. Costs one clock reading per
 * burst and one copy per frame; allocates nothing, never waits.
 *
 * <p>Received frames are captured as the device delivers them, transmitted ones as they are handed
 * to it: checksums that the device would fill in are still missing.
 */
public final class CapturingDevice extends ForwardingNicDevice {

  /** Captures {@code device}'s frames; the capture is not closed with the device. */
  public CapturingDevice(NicDevice device, PcapCapture capture) {
    super(device, index -> new CapturingQueue(device.queue(index), capture));
  }

  private static final class CapturingQueue extends ForwardingNicQueue {

    private final PcapCapture capture;
    private final CaptureRing ring;

    CapturingQueue(NicQueue queue, PcapCapture capture) {
      super(queue);
      this.capture = capture;
      this.ring = capture.newRing();
    }

    @Override
    public int rxBurst(PacketBuffer[] into) {
      int count = queue.rxBurst(into);
      if (count > 0) {
        long now = capture.epochNanos();
        for (int i = 0; i < count; i++) {
          ring.stage(into[i], now);
          ring.commit(1);
        }
      }
      return count;
    }

    @Override
    public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
      int taken = 0;
      while (taken < count) {
        int chunk = Math.min(count - taken, CaptureRing.MAX_STAGED_FRAMES);
        int chunkTaken = transmit(frames, fromIndex + taken, chunk);
        taken += chunkTaken;
        if (chunkTaken < chunk) {
          break;
        }
      }
      return taken;
    }

    /** A frame the device has taken is no longer ours to read, so the copy comes first. */
    private int transmit(PacketBuffer[] frames, int fromIndex, int count) {
      long now = capture.epochNanos();
      for (int i = 0; i < count; i++) {
        ring.stage(frames[fromIndex + i], now);
      }
      int taken = queue.txBurst(frames, fromIndex, count);
      ring.commit(taken);
      return taken;
    }
  }
}
