package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.wire.EthernetHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a faulty link: frames go in at one time and come out at another, or not at all.
 * Holds a bounded number of frames, ordered by the time they come out; a frame too many is lost, as
 * in a router with a full queue. Allocates nothing once made.
 *
 * <p>Threads: one owner at a time.
 */
public final class FaultInjector {

  /** What {@link #nextDueNanos()} returns when nothing is under way. */
  public static final long NEVER = Long.MAX_VALUE;

  private final PacketPool pool;
  private final HeldFrames held;

  private Faults faults;
  private SplittableRandom random;

  /**
   * An injector for frames of {@code pool}, from which duplicates are allocated.
   *
   * @param capacityFrames most frames held at a time
   */
  public FaultInjector(PacketPool pool, Faults faults, int capacityFrames) {
    this.pool = pool;
    this.faults = faults;
    this.random = new SplittableRandom(faults.seed());
    this.held = new HeldFrames(capacityFrames);
  }

  /** Changes what goes wrong from now on, and starts the random decisions anew from its seed. */
  public void setFaults(Faults newFaults) {
    faults = newFaults;
    random = new SplittableRandom(newFaults.seed());
  }

  /** Takes a frame over; what is left of it comes out of {@link #next} later. */
  public void admit(PacketBuffer frame, long nowNanos) {
    if (strikes(faults.dropChance())) {
      frame.free();
      return;
    }
    if (strikes(faults.duplicateChance())) {
      hold(copyOf(frame), nowNanos);
    }
    if (strikes(faults.corruptChance())) {
      flipOneBit(frame);
    }
    hold(frame, nowNanos);
  }

  private boolean strikes(double chance) {
    return chance > 0 && random.nextDouble() < chance;
  }

  private void hold(@Nullable PacketBuffer frame, long nowNanos) {
    if (frame == null) {
      return;
    }
    long dueNanos = nowNanos + faults.delayNanos();
    if (strikes(faults.reorderChance())) {
      dueNanos += random.nextLong(faults.reorderNanos()) + 1;
    }
    if (!held.add(frame, dueNanos)) {
      frame.free();
    }
  }

  private @Nullable PacketBuffer copyOf(PacketBuffer frame) {
    PacketBuffer copy = pool.allocate();
    if (copy != null) {
      int at = copy.append(frame.length());
      MemorySegment.copy(frame.memory(), frame.offset(), copy.memory(), at, frame.length());
    }
    return copy;
  }

  private void flipOneBit(PacketBuffer frame) {
    int bytes = frame.length() - EthernetHeader.LENGTH_BYTES;
    if (bytes > 0) {
      int bit = random.nextInt(bytes * 8);
      long at = frame.offset() + EthernetHeader.LENGTH_BYTES + (long) (bit >>> 3);
      byte value = frame.memory().get(ValueLayout.JAVA_BYTE, at);
      frame.memory().set(ValueLayout.JAVA_BYTE, at, (byte) (value ^ (1 << (bit & 7))));
    }
  }

  /** The next frame whose time has come, owned by the caller; or null if there is none. */
  public @Nullable PacketBuffer next(long nowNanos) {
    return nextDueNanos() <= nowNanos ? held.remove() : null;
  }

  /** When the next frame comes out, or {@link #NEVER}. */
  public long nextDueNanos() {
    return held.isEmpty() ? NEVER : held.firstDueNanos();
  }

  /** Frames under way. */
  public int heldFrames() {
    return held.size();
  }

  /** Loses every frame under way. */
  public void clear() {
    while (!held.isEmpty()) {
      held.remove().free();
    }
  }
}
