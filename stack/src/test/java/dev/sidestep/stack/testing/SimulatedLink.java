package dev.sidestep.stack.testing;

import dev.sidestep.stack.nic.Bottleneck;
import dev.sidestep.stack.nic.FaultInjector;
import dev.sidestep.stack.nic.Faults;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.ArenaPacketPool;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.wire.EthernetHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Two devices joined by a cable on the virtual clock: a bottleneck of a certain rate with a queue
 * in front of it, then the {@link Faults} of the way. Allocates nothing per frame.
 *
 * <p>Put {@link #toString()} into failure messages: it holds the seed.
 */
public final class SimulatedLink {

  private static final long LEFT_MAC = 0x02_00_00_00_00_01L;
  private static final long RIGHT_MAC = 0x02_00_00_00_00_02L;

  /**
   * What the cable is like, the same in both directions.
   *
   * @param faults what goes wrong on the way
   * @param bitsPerSecond rate of the bottleneck, or 0 for an infinite one
   * @param queueFrames full frames that may wait in front of the bottleneck; twice as many frames
   *     of any size, and what the path holds, may be under way; more are lost
   * @param mtuBytes largest IP packet
   * @param poolFrames packet buffers of each device
   */
  public record Settings(
      Faults faults, long bitsPerSecond, int queueFrames, int mtuBytes, int poolFrames) {

    /** A perfect Ethernet cable of infinite rate. */
    public static Settings perfect() {
      return new Settings(Faults.none(1), 0, 1024, 1500, 1024);
    }

    /** The same with these faults. */
    public Settings withFaults(Faults newFaults) {
      return new Settings(newFaults, bitsPerSecond, queueFrames, mtuBytes, poolFrames);
    }

    /** The same with this rate. */
    public Settings withRate(long newBitsPerSecond) {
      return new Settings(faults, newBitsPerSecond, queueFrames, mtuBytes, poolFrames);
    }

    /** The same with this queue. */
    public Settings withQueue(int newQueueFrames) {
      return new Settings(faults, bitsPerSecond, newQueueFrames, mtuBytes, poolFrames);
    }

    /** The same with this MTU. */
    public Settings withMtu(int newMtuBytes) {
      return new Settings(faults, bitsPerSecond, queueFrames, newMtuBytes, poolFrames);
    }

    /** The same with so many packet buffers per device. */
    public Settings withPool(int newPoolFrames) {
      return new Settings(faults, bitsPerSecond, queueFrames, mtuBytes, newPoolFrames);
    }
  }

  private final TestClock clock;
  private final Settings settings;
  private final End left;
  private final End right;
  private Faults faults;
  private boolean up = true;
  private long interruptedFromNanos = Long.MAX_VALUE;
  private long interruptedUntilNanos = Long.MAX_VALUE;

  /** A link that is up. */
  public SimulatedLink(TestClock clock, Settings settings) {
    this.clock = clock;
    this.settings = settings;
    this.faults = settings.faults();
    this.left = new End("left", LEFT_MAC);
    this.right = new End("right", RIGHT_MAC);
    left.peer = right;
    right.peer = left;
    setFaults(faults);
  }

  /** The device at the left end. */
  public NicDevice left() {
    return left;
  }

  /** The device at the right end. */
  public NicDevice right() {
    return right;
  }

  /** Changes what goes wrong from now on; the two directions decide independently. */
  public void setFaults(Faults newFaults) {
    faults = newFaults;
    left.inbound.setFaults(newFaults);
    right.inbound.setFaults(
        new Faults(
            newFaults.seed() + 1,
            newFaults.dropChance(),
            newFaults.duplicateChance(),
            newFaults.corruptChance(),
            newFaults.reorderChance(),
            newFaults.reorderNanos(),
            newFaults.delayNanos()));
  }

  /** What goes wrong at present. */
  public Faults faults() {
    return faults;
  }

  /** Plugs the cable in or out; what is under way when it is pulled is lost. */
  public void setUp(boolean plugged) {
    up = plugged;
    if (!plugged) {
      left.inbound.clear();
      right.inbound.clear();
    }
  }

  /** Loses all that is sent from one moment until another, while the link seems to be up. */
  public void interrupt(long fromNanos, long untilNanos) {
    interruptedFromNanos = fromNanos;
    interruptedUntilNanos = untilNanos;
  }

  private boolean isInterrupted() {
    return clock.nanos() >= interruptedFromNanos && clock.nanos() < interruptedUntilNanos;
  }

  /** When the next frame arrives at either end, or {@link FaultInjector#NEVER}. */
  public long nextDueNanos() {
    return Math.min(left.inbound.nextDueNanos(), right.inbound.nextDueNanos());
  }

  /** Frames lost because a queue or a pool was full. */
  public long overflowedFrames() {
    return left.overflowedFrames + right.overflowedFrames;
  }

  /** Whether nothing is under way and both devices have all their buffers back. */
  public boolean isQuiescent() {
    return left.isQuiescent() && right.isQuiescent();
  }

  @Override
  public String toString() {
    return "SimulatedLink[" + faults + ", " + settings + "]";
  }

  private final class End implements NicDevice, NicQueue {

    private final String name;
    private final long mac;
    private final ArenaPacketPool pool;
    private final ArenaPacketPool wirePool;
    private final FaultInjector inbound;

    @SuppressWarnings("NullAway.Init") // set right after both ends exist
    private End peer;

    /** Towards this end. */
    private final Bottleneck bottleneck;

    private long overflowedFrames;

    End(String name, long mac) {
      this.name = name;
      this.mac = mac;
      Arena arena = Arena.ofAuto();
      int frameBytes = settings.mtuBytes() + EthernetHeader.LENGTH_BYTES;
      bottleneck =
          new Bottleneck(settings.bitsPerSecond(), settings.queueFrames(), settings.mtuBytes());
      pool = new ArenaPacketPool(arena, settings.poolFrames(), frameBytes);
      int underWay = 2 * settings.queueFrames() + onTheWayFrames();
      wirePool = new ArenaPacketPool(arena, underWay, frameBytes);
      inbound = new FaultInjector(wirePool, settings.faults(), underWay);
    }

    /** Full frames that the path holds behind the bottleneck. */
    private int onTheWayFrames() {
      long bits = settings.bitsPerSecond() / 1000 * (settings.faults().delayNanos() / 1000) / 1000;
      return (int) (bits / 8 / settings.mtuBytes());
    }

    @Override
    public int rxBurst(PacketBuffer[] into) {
      int count = 0;
      while (count < into.length && inbound.nextDueNanos() <= clock.nanos()) {
        PacketBuffer arrived = inbound.next(clock.nanos());
        PacketBuffer received = pool.allocate();
        if (arrived != null && received != null) {
          copy(arrived, received);
          into[count++] = received;
        } else {
          overflowedFrames++;
        }
        if (arrived != null) {
          arrived.free();
        }
      }
      return count;
    }

    @Override
    public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
      for (int i = fromIndex; i < fromIndex + count; i++) {
        if (up && !isInterrupted()) {
          peer.carry(frames[i]);
        }
        frames[i].free();
      }
      return count;
    }

    private void carry(PacketBuffer frame) {
      PacketBuffer onWire = wirePool.allocate();
      long leftNanos =
          onWire == null ? Bottleneck.FULL : bottleneck.admit(frame.length(), clock.nanos());
      if (onWire == null || leftNanos == Bottleneck.FULL) {
        overflowedFrames++;
        if (onWire != null) {
          onWire.free();
        }
        return;
      }
      copy(frame, onWire);
      inbound.admit(onWire, leftNanos);
    }

    private void copy(PacketBuffer from, PacketBuffer to) {
      int at = to.append(from.length());
      MemorySegment.copy(from.memory(), from.offset(), to.memory(), at, from.length());
    }

    boolean isQuiescent() {
      return inbound.heldFrames() == 0 && pool.availableBuffers() == pool.capacityBuffers();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long macAddress() {
      return mac;
    }

    @Override
    public NicCapabilities capabilities() {
      return new NicCapabilities(settings.mtuBytes(), false, false, true);
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
    public boolean linkUp() {
      return up;
    }

    @Override
    public PacketPool pool() {
      return pool;
    }

    @Override
    public void close() {}
  }
}
