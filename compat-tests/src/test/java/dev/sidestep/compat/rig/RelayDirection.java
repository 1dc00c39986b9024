package dev.sidestep.compat.rig;

import dev.sidestep.stack.nic.Bottleneck;
import dev.sidestep.stack.nic.FaultInjector;
import dev.sidestep.stack.nic.Faults;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.ArenaPacketPool;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.EthernetHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One direction of a {@link Relay}: frames of one interface come out at the other, or not. */
final class RelayDirection {

  /** A tenth of a second at a gigabit per second, and what may wait in front of the bottleneck. */
  private static final int CAPACITY_FRAMES = 16_384;

  private static final int FRAME_BYTES = 1514;
  private static final int BURST = 32;

  private final NicQueue from;
  private final NicQueue to;
  private final long seed;
  private final ArenaPacketPool pool =
      new ArenaPacketPool(Arena.global(), CAPACITY_FRAMES, FRAME_BYTES);
  private final FaultInjector injector = new FaultInjector(pool, Faults.none(0), CAPACITY_FRAMES);
  private final PacketBuffer[] received = new PacketBuffer[BURST];
  private final PacketBuffer[] leaving = new PacketBuffer[BURST];
  private Bottleneck bottleneck = new Bottleneck(0, 0, FRAME_BYTES);

  private long carriedFrames;
  private long queueOverflows;

  /** Frames that were lost though the path would have carried them. */
  private long ownLosses;

  /** The farthest that a frame has left behind its time. */
  private long longestLateNanos;

  RelayDirection(NicQueue from, NicQueue to, long seed) {
    this.from = from;
    this.to = to;
    this.seed = seed;
  }

  /** Becomes another path, on which nothing is under way yet. */
  void become(Impairment path) {
    injector.clear();
    injector.setFaults(path.withSeed(path.faults().seed() + seed).faults());
    bottleneck = new Bottleneck(path.bitsPerSecond(), path.queueFrames(), FRAME_BYTES);
    carriedFrames = 0;
    queueOverflows = 0;
    ownLosses = 0;
    longestLateNanos = 0;
  }

  /** Takes in what has come. Returns whether there was something. */
  boolean receive(boolean up, long nowNanos) {
    int count = from.rxBurst(received);
    for (int i = 0; i < count; i++) {
      PacketBuffer frame = received[i];
      if (EthernetHeader.type(frame.memory(), frame.offset()) != EthernetHeader.TYPE_IPV4) {
        // Nothing protects ARP, and what it says is believed for minutes.
        sendAtOnce(frame);
      } else if (up) {
        admit(frame, nowNanos);
      }
      frame.free();
    }
    if (!up) {
      injector.clear();
    }
    return count > 0;
  }

  private void sendAtOnce(PacketBuffer frame) {
    PacketBuffer copy = to.pool().allocate();
    if (copy != null) {
      copy(frame, copy);
      leaving[0] = copy;
      send(1);
    }
  }

  private void admit(PacketBuffer frame, long nowNanos) {
    PacketBuffer copy = frame.length() > FRAME_BYTES ? null : pool.allocate();
    if (copy == null) {
      ownLosses++;
      return;
    }
    long leftNanos = bottleneck.admit(frame.length(), nowNanos);
    if (leftNanos == Bottleneck.FULL) {
      queueOverflows++;
      copy.free();
      return;
    }
    copy(frame, copy);
    injector.admit(copy, leftNanos);
  }

  /** Lets out what is due. Returns whether there was something. */
  boolean transmit(long nowNanos) {
    int count = 0;
    while (count < BURST && injector.nextDueNanos() <= nowNanos) {
      longestLateNanos = Math.max(longestLateNanos, nowNanos - injector.nextDueNanos());
      PacketBuffer frame = injector.next(nowNanos);
      PacketBuffer copy = to.pool().allocate();
      if (frame == null || copy == null) {
        ownLosses++;
      } else {
        copy(frame, copy);
        leaving[count++] = copy;
      }
      if (frame != null) {
        frame.free();
      }
    }
    send(count);
    return count > 0;
  }

  private void send(int count) {
    int sent = count == 0 ? 0 : to.txBurst(leaving, 0, count);
    for (int i = sent; i < count; i++) {
      leaving[i].free();
      ownLosses++;
    }
    carriedFrames += sent;
  }

  private static void copy(PacketBuffer source, PacketBuffer target) {
    int at = target.append(source.length());
    MemorySegment.copy(source.memory(), source.offset(), target.memory(), at, source.length());
  }

  long nextDueNanos() {
    return injector.nextDueNanos();
  }

  /** What has happened since it became the present path. */
  String report() {
    return "frames=%d queue_overflows=%d own_losses=%d longest_late_us=%d"
        .formatted(carriedFrames, queueOverflows, ownLosses, longestLateNanos / 1000);
  }
}
