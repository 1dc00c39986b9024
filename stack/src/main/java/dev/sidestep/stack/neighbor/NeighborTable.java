package dev.sidestep.stack.neighbor;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.neighbor.Neighbor.State;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.MacAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours of one interface in one version of IP (Linux: arp_tbl, nd_tbl) and the packets
 * that wait for their MAC addresses. The state machine is RFC 4861 §7.3's with Linux's timing;
 * entries and waiting packets are bounded, whatever the link says or the applications ask for.
 *
 * <p>Threads: the shard's owner.
 */
public final class NeighborTable {

  /** Most entries; Linux's gc_thresh3. */
  public static final int MAX_ENTRIES = 1024;

  /** Most packets that wait for one neighbour; a newer one pushes the oldest out, as in Linux. */
  public static final int MAX_QUEUED_PER_NEIGHBOR = 64;

  /** Most packets that wait in the whole table, so that they cannot use up the packet pool. */
  public static final int MAX_QUEUED = 256;

  /** How long a neighbour counts as reachable after it was heard of (RFC 4861 §10). */
  static final long REACHABLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** RFC 4861 §10 DELAY_FIRST_PROBE_TIME. */
  static final long DELAY_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** RFC 4861 §10 RETRANS_TIMER; also the most often RFC 1122 §2.3.2.1 allows to ask. */
  static final long RETRANSMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** RFC 4861 §10 MAX_MULTICAST_SOLICIT and MAX_UNICAST_SOLICIT. */
  static final int MAX_SOLICITATIONS = 3;

  /**
   * A MAC address that was just learned is not replaced: of several answers back to back the first
   * counts (Linux: locktime).
   */
  static final long LOCK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** An entry unused for so long may make room for another (Linux: gc_stale_time). */
  static final long UNUSED_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final int BUCKET_BITS = 10;
  private static final long HASH_MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

  private final int etherType;
  private final EthernetOutput output;
  private final NeighborSolicitor solicitor;
  private final UnreachableListener unreachableListener;
  private final ShardCounters counters;

  private final @Nullable Neighbor[] buckets = new Neighbor[1 << BUCKET_BITS];
  private final Neighbor[] entries = new Neighbor[MAX_ENTRIES];
  private int entryCount;
  private int evictionHand;
  private int queuedPackets;
  private long earliestDeadlineNanos = Long.MAX_VALUE;

  /**
   * Makes the table of one interface.
   *
   * @param etherType of the packets that are sent
   */
  public NeighborTable(
      int etherType,
      EthernetOutput output,
      NeighborSolicitor solicitor,
      UnreachableListener unreachableListener,
      ShardCounters counters) {
    this.etherType = etherType;
    this.output = output;
    this.solicitor = solicitor;
    this.unreachableListener = unreachableListener;
    this.counters = counters;
  }

  /** Number of entries, resolved or not. */
  public int size() {
    return entryCount;
  }

  /** Number of packets that wait for a MAC address. */
  public int queuedPackets() {
    return queuedPackets;
  }

  /** The entry of an address, or {@code null} if there is none. */
  public @Nullable Neighbor find(long addressHigh, long addressLow) {
    Neighbor neighbor = buckets[bucket(addressHigh, addressLow)];
    while (neighbor != null
        && (neighbor.addressLow != addressLow || neighbor.addressHigh != addressHigh)) {
      neighbor = neighbor.nextInBucket;
    }
    return neighbor;
  }

  /** The entry of an address, made if need be; {@code null} when the table is full. */
  public @Nullable Neighbor findOrAdd(long addressHigh, long addressLow, long nowNanos) {
    Neighbor found = find(addressHigh, addressLow);
    return found != null ? found : add(addressHigh, addressLow, nowNanos);
  }

  private @Nullable Neighbor add(long addressHigh, long addressLow, long nowNanos) {
    int slot = entryCount < MAX_ENTRIES ? entryCount++ : evict(nowNanos);
    if (slot < 0) {
      return null;
    }
    Neighbor neighbor = new Neighbor(addressHigh, addressLow);
    int bucket = bucket(addressHigh, addressLow);
    neighbor.nextInBucket = buckets[bucket];
    buckets[bucket] = neighbor;
    entries[slot] = neighbor;
    return neighbor;
  }

  private static int bucket(long addressHigh, long addressLow) {
    return (int) (((addressHigh ^ addressLow) * HASH_MULTIPLIER) >>> (64 - BUCKET_BITS));
  }

  /** Frees the slot of an entry nobody needs; -1 when there is none. */
  private int evict(long nowNanos) {
    for (int tries = 0; tries < MAX_ENTRIES; tries++) {
      evictionHand = (evictionHand + 1) & (MAX_ENTRIES - 1);
      Neighbor candidate = entries[evictionHand];
      if (isEvictable(candidate, nowNanos)) {
        unlink(candidate);
        candidate.removed = true;
        return evictionHand;
      }
    }
    return -1;
  }

  /** Entries in use are kept, so a flood of ARP requests cannot push them out. */
  private static boolean isEvictable(Neighbor neighbor, long nowNanos) {
    boolean unused = !neighbor.used || nowNanos - neighbor.usedNanos > UNUSED_NANOS;
    return !neighbor.waitsForDeadline() && unused;
  }

  private void unlink(Neighbor neighbor) {
    int bucket = bucket(neighbor.addressHigh, neighbor.addressLow);
    Neighbor at = buckets[bucket];
    if (at == neighbor) {
      buckets[bucket] = neighbor.nextInBucket;
      return;
    }
    while (at != null) {
      if (at.nextInBucket == neighbor) {
        at.nextInBucket = neighbor.nextInBucket;
        return;
      }
      at = at.nextInBucket;
    }
  }

  /**
   * Sends an IP packet to a neighbour, or keeps it until the neighbour's MAC address is known.
   * Takes the packet over.
   */
  public void send(PacketBuffer packet, Neighbor neighbor, long nowNanos) {
    neighbor.used = true;
    neighbor.usedNanos = nowNanos;
    switch (neighbor.state) {
      case PERMANENT, DELAY, PROBE -> transmit(packet, neighbor);
      case REACHABLE -> {
        if (nowNanos - neighbor.confirmedNanos > REACHABLE_NANOS) {
          await(neighbor, State.DELAY, nowNanos + DELAY_NANOS);
        }
        transmit(packet, neighbor);
      }
      case STALE -> {
        await(neighbor, State.DELAY, nowNanos + DELAY_NANOS);
        transmit(packet, neighbor);
      }
      case INCOMPLETE -> enqueue(packet, neighbor);
      case UNRESOLVED -> {
        enqueue(packet, neighbor);
        neighbor.solicitations = 0;
        solicit(neighbor, State.INCOMPLETE, MacAddress.BROADCAST, nowNanos);
      }
    }
  }

  /**
   * Whether a packet for {@code neighbor} would have to push another one out, or be dropped, since
   * too many wait for MAC addresses.
   */
  public boolean isCongested(Neighbor neighbor) {
    boolean waits = neighbor.state == State.INCOMPLETE || neighbor.state == State.UNRESOLVED;
    return waits
        && (neighbor.queueLength == MAX_QUEUED_PER_NEIGHBOR || queuedPackets == MAX_QUEUED);
  }

  private void transmit(PacketBuffer packet, Neighbor neighbor) {
    output.send(packet, neighbor.mac, etherType);
  }

  private void await(Neighbor neighbor, State state, long deadlineNanos) {
    neighbor.state = state;
    neighbor.deadlineNanos = deadlineNanos;
    earliestDeadlineNanos = Math.min(earliestDeadlineNanos, deadlineNanos);
  }

  private void solicit(Neighbor neighbor, State state, long destinationMac, long nowNanos) {
    neighbor.solicitations++;
    await(neighbor, state, nowNanos + RETRANSMIT_NANOS);
    solicitor.solicit(neighbor.addressHigh, neighbor.addressLow, destinationMac);
  }

  private void enqueue(PacketBuffer packet, Neighbor neighbor) {
    if (neighbor.queueLength == MAX_QUEUED_PER_NEIGHBOR) {
      drop(dequeue(neighbor), DropReason.NEIGHBOR_QUEUE_FULL);
    } else if (queuedPackets == MAX_QUEUED) {
      drop(packet, DropReason.NEIGHBOR_QUEUE_FULL);
      return;
    }
    if (neighbor.queue == null) {
      neighbor.queue = new PacketBuffer[MAX_QUEUED_PER_NEIGHBOR];
    }
    int tail = (neighbor.queueHead + neighbor.queueLength) & (MAX_QUEUED_PER_NEIGHBOR - 1);
    neighbor.queue[tail] = packet;
    neighbor.queueLength++;
    queuedPackets++;
  }

  private @Nullable PacketBuffer dequeue(Neighbor neighbor) {
    if (neighbor.queue == null || neighbor.queueLength == 0) {
      return null;
    }
    PacketBuffer packet = neighbor.queue[neighbor.queueHead];
    neighbor.queueHead = (neighbor.queueHead + 1) & (MAX_QUEUED_PER_NEIGHBOR - 1);
    neighbor.queueLength--;
    queuedPackets--;
    return packet;
  }

  private void drop(@Nullable PacketBuffer packet, DropReason reason) {
    if (packet != null) {
      counters.drop(reason);
      packet.free();
    }
  }

  /**
   * Takes note of a MAC address that a neighbour used or named.
   *
   * @param confirmed whether this answers a question of ours, which proves that packets go both
   *     ways; otherwise the address is used but counts as stale (RFC 4861 §7.2.3)
   */
  void learn(Neighbor neighbor, long mac, boolean confirmed, long nowNanos) {
    boolean known = neighbor.mac != MacAddress.NONE && neighbor.state != State.UNRESOLVED;
    boolean changed = neighbor.mac != mac || !known;
    if (known && changed && nowNanos - neighbor.learnedNanos < LOCK_NANOS) {
      return;
    }
    if (changed) {
      neighbor.mac = mac;
      neighbor.learnedNanos = nowNanos;
      neighbor.state = State.STALE;
    }
    if (confirmed) {
      neighbor.state = State.REACHABLE;
      neighbor.confirmedNanos = nowNanos;
    }
    for (PacketBuffer packet = dequeue(neighbor); packet != null; packet = dequeue(neighbor)) {
      send(packet, neighbor, nowNanos);
    }
    neighbor.queue = null;
  }

  /** When {@link #runTimers} has something to do; {@link Long#MAX_VALUE} for never. */
  public long nextDeadlineNanos() {
    return earliestDeadlineNanos;
  }

  /** Does what is due: asks again, gives up, starts to probe. */
  public void runTimers(long nowNanos) {
    if (nowNanos < earliestDeadlineNanos) {
      return;
    }
    earliestDeadlineNanos = Long.MAX_VALUE;
    // By index, because a listener told of a failure may send, and so add entries, meanwhile.
    for (int i = 0; i < entryCount; i++) {
      Neighbor neighbor = entries[i];
      if (neighbor.waitsForDeadline() && nowNanos >= neighbor.deadlineNanos) {
        deadlinePassed(neighbor, nowNanos);
      }
      if (neighbor.waitsForDeadline()) {
        earliestDeadlineNanos = Math.min(earliestDeadlineNanos, neighbor.deadlineNanos);
      }
    }
  }

  private void deadlinePassed(Neighbor neighbor, long nowNanos) {
    if (neighbor.state == State.DELAY) {
      neighbor.solicitations = 0;
      solicit(neighbor, State.PROBE, neighbor.mac, nowNanos);
    } else if (neighbor.solicitations >= MAX_SOLICITATIONS) {
      fail(neighbor, nowNanos);
    } else {
      boolean probing = neighbor.state == State.PROBE;
      long destinationMac = probing ? neighbor.mac : MacAddress.BROADCAST;
      solicit(neighbor, neighbor.state, destinationMac, nowNanos);
    }
  }

  private void fail(Neighbor neighbor, long nowNanos) {
    neighbor.state = State.UNRESOLVED;
    neighbor.mac = MacAddress.NONE;
    // A listener may send to this neighbour again: only what waits now has failed.
    for (int left = neighbor.queueLength; left > 0; left--) {
      PacketBuffer packet = dequeue(neighbor);
      if (packet != null) {
        unreachableListener.neighborUnreachable(packet, nowNanos);
        drop(packet, DropReason.NEIGHBOR_UNREACHABLE);
      }
    }
    if (neighbor.queueLength == 0) {
      neighbor.queue = null;
    }
  }

  /**
   * The cable is out: who is there when it is back is not known (Linux: neigh_carrier_down). Who is
   * being asked for stays asked for, so that those who wait hear of it in time.
   */
  public void forgetResolved() {
    for (int i = 0; i < entryCount; i++) {
      Neighbor neighbor = entries[i];
      if (neighbor.state != State.INCOMPLETE) {
        neighbor.state = State.UNRESOLVED;
        neighbor.mac = MacAddress.NONE;
      }
    }
  }

  /** Frees what waits, when the device is about to be closed. */
  public void discard() {
    for (int i = 0; i < entryCount; i++) {
      for (int left = entries[i].queueLength; left > 0; left--) {
        drop(dequeue(entries[i]), DropReason.NEIGHBOR_UNREACHABLE);
      }
    }
  }
}
