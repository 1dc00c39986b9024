package dev.sidestep.stack.counters;

import dev.sidestep.stack.packet.DropReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of one shard. Only the shard's owner writes, so a count is one plain add and an
 * opaque store; any thread may read and sees a recent value.
 */
@SuppressWarnings("EnumOrdinal") // an ordinal is the index of a count and outlives nothing
public final class ShardCounters {

  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counts = new long[Counter.values().length];
  private final long[] drops = new long[DropReason.values().length];

  /** Adds one. Owner only. */
  public void increment(Counter counter) {
    add(counter, 1);
  }

  /** Adds {@code n}. Owner only. */
  public void add(Counter counter, long n) {
    int i = counter.ordinal();
    LONGS.setOpaque(counts, i, counts[i] + n);
  }

  /** Counts one dropped packet. Owner only. */
  public void drop(DropReason reason) {
    int i = reason.ordinal();
    LONGS.setOpaque(drops, i, drops[i] + 1);
  }

  /** A recent value; any thread. */
  public long get(Counter counter) {
    return (long) LONGS.getOpaque(counts, counter.ordinal());
  }

  /** A recent number of packets dropped for {@code reason}; any thread. */
  public long dropped(DropReason reason) {
    return (long) LONGS.getOpaque(drops, reason.ordinal());
  }
}
