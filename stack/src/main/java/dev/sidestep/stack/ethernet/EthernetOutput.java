package dev.sidestep.stack.ethernet;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.EthernetHeader;

/**
 * Puts the Ethernet header on and gathers frames, so that the device sees one tx burst per poll
 * instead of one call per frame. What a full tx ring refuses waits for the next flush, in order, up
 * to {@link #BACKLOG_FRAMES}.
 *
 * <p>Threads: the shard's owner.
 */
public final class EthernetOutput {

  /** Most frames that wait for the tx ring. */
  public static final int BACKLOG_FRAMES = 512;

  private static final int CONGESTED_FRAMES = BACKLOG_FRAMES / 2;
  private static final int FULL_FRAMES = BACKLOG_FRAMES * 3 / 4;

  /** A batch this long goes out without waiting for the end of the poll. */
  private static final int BURST_FRAMES = 64;

  private final NicQueue queue;
  private final long macAddress;
  private final ShardCounters counters;
  private final PacketBuffer[] batch = new PacketBuffer[BACKLOG_FRAMES];
  private int batchLength;
  private int burstAt = BURST_FRAMES;

  /** Makes the output of one interface on its transmit queue. */
  public EthernetOutput(NicQueue queue, long macAddress, ShardCounters counters) {
    this.queue = queue;
    this.macAddress = macAddress;
    this.counters = counters;
  }

  /** Sends {@code packet} with the next flush. Takes it over. */
  public void send(PacketBuffer packet, long destinationMac, int type) {
    if (batchLength == BACKLOG_FRAMES) {
      counters.drop(DropReason.TX_RING_FULL);
      packet.free();
      return;
    }
    int offset = packet.push(EthernetHeader.LENGTH_BYTES);
    EthernetHeader.write(packet.memory(), offset, destinationMac, macAddress, type);
    counters.increment(Counter.TX_PACKETS);
    counters.add(Counter.TX_BYTES, packet.length());
    batch[batchLength++] = packet;
    if (batchLength == burstAt) {
      burst();
    }
  }

  /** Hands the device what has gathered; runs at the end of each poll. */
  public void flush() {
    if (batchLength > 0) {
      burst();
    }
  }

  /**
   * Whether so many frames wait for the device that transport protocols should hold theirs back
   * (Linux: TCP small queues). The rest of the backlog is for who cannot wait.
   */
  public boolean isCongested() {
    return batchLength >= CONGESTED_FRAMES;
  }

  /** Whether even what keeps a peer informed has to wait; the rest is for neighbours and ICMP. */
  public boolean isFull() {
    return batchLength >= FULL_FRAMES;
  }

  /** Number of frames that wait for the next flush. */
  public int backlogFrames() {
    return batchLength;
  }

  /** Frees what waits: the device is about to be closed, or its link does not come up. */
  public void discard(DropReason reason) {
    for (int i = 0; i < batchLength; i++) {
      counters.drop(reason);
      batch[i].free();
    }
    batchLength = 0;
  }

  private void burst() {
    int taken = queue.txBurst(batch, 0, batchLength);
    batchLength -= taken;
    if (batchLength > 0) {
      System.arraycopy(batch, taken, batch, 0, batchLength);
    }
    // While the ring is full, try again after another burst's worth, not after every frame.
    burstAt = batchLength + BURST_FRAMES;
  }
}
