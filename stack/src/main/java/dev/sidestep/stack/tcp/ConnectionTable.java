package dev.sidestep.stack.tcp;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the connection of a segment by its two ends (inet_ehash): open addressing with linear
 * probing, no tombstones, at most half full. The hash is keyed, so that nobody outside can choose
 * ends that collide.
 */
final class ConnectionTable {

  private static final int INITIAL_SLOTS = 256;
  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

  private final long key0;
  private final long key1;

  private @Nullable ConnectionEntry[] slots = new ConnectionEntry[INITIAL_SLOTS];
  private int size;

  /** The entry found last: segments come in trains. */
  private @Nullable ConnectionEntry lastFound;

  ConnectionTable(RandomGenerator random) {
    key0 = random.nextLong();
    key1 = random.nextLong();
  }

  int size() {
    return size;
  }

  /** The entry with these ends, or null. */
  @Nullable ConnectionEntry find(
      long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
    ConnectionEntry last = lastFound;
    if (last != null && last.matches(localHigh, localLow, remoteHigh, remoteLow, ports)) {
      return last;
    }
    int mask = slots.length - 1;
    int slot = hash(localHigh, localLow, remoteHigh, remoteLow, ports) & mask;
    while (true) {
      ConnectionEntry entry = slots[slot];
      if (entry == null) {
        return null;
      }
      if (entry.matches(localHigh, localLow, remoteHigh, remoteLow, ports)) {
        lastFound = entry;
        return entry;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The entry with the same ends as {@code ends}, or null. */
  @Nullable ConnectionEntry find(ConnectionEntry ends) {
    return find(ends.localHigh, ends.localLow, ends.remoteHigh, ends.remoteLow, ends.ports);
  }

  /** Adds an entry whose ends are not in the table. */
  void add(ConnectionEntry entry) {
    if (2 * (size + 1) > slots.length) {
      grow();
    }
    entry.hash =
        hash(entry.localHigh, entry.localLow, entry.remoteHigh, entry.remoteLow, entry.ports);
    insert(entry);
    size++;
  }

  /** Puts {@code successor} in the place of {@code entry}; both have the same ends. */
  void replace(ConnectionEntry entry, ConnectionEntry successor) {
    successor.hash = entry.hash;
    slots[slotOf(entry)] = successor;
    lastFound = null;
  }

  /** Takes out an entry that is in the table. */
  void remove(ConnectionEntry entry) {
    int mask = slots.length - 1;
    int hole = slotOf(entry);
    lastFound = null;
    size--;
    // Whoever was pushed past the hole moves up, so that no probe sequence is cut in two.
    int slot = hole;
    while (true) {
      slot = (slot + 1) & mask;
      ConnectionEntry follower = slots[slot];
      if (follower == null) {
        break;
      }
      int distanceHome = (slot - follower.hash) & mask;
      int distanceHole = (slot - hole) & mask;
      if (distanceHome >= distanceHole) {
        slots[hole] = follower;
        hole = slot;
      }
    }
    slots[hole] = null;
  }

  /** Shows every entry to {@code visitor}, which may not change the table. */
  void forEach(Consumer<ConnectionEntry> visitor) {
    for (ConnectionEntry entry : slots) {
      if (entry != null) {
        visitor.accept(entry);
      }
    }
  }

  private int slotOf(ConnectionEntry entry) {
    int mask = slots.length - 1;
    int slot = entry.hash & mask;
    while (slots[slot] != entry) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void insert(ConnectionEntry entry) {
    int mask = slots.length - 1;
    int slot = entry.hash & mask;
    while (slots[slot] != null) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = entry;
  }

  private void grow() {
    @Nullable ConnectionEntry[] old = slots;
    slots = new ConnectionEntry[2 * old.length];
    for (ConnectionEntry entry : old) {
      if (entry != null) {
        insert(entry);
      }
    }
  }

  /** A keyed hash of a connection's ends. */
  int hash(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
    long h = mix(remoteLow ^ key0, ports ^ key1);
    h = mix(h ^ remoteHigh, localLow ^ key0);
    h = mix(h ^ localHigh, key1);
    return (int) (h ^ (h >>> 32));
  }

  /** Folds a 128-bit product, which depends on every bit of both factors. */
  private static long mix(long a, long b) {
    long x = a ^ MULTIPLIER;
    long y = b ^ Long.rotateLeft(MULTIPLIER, 32);
    return (x * y) ^ Math.multiplyHigh(x, y);
  }
}
