package dev.sidestep.stack.ip;

import dev.sidestep.stack.config.InterfaceAddress;
import java.util.Arrays;
import java.util.Collection;

/**
 * Which IPv4 addresses are ours, whichever interface they belong to (the weak host model of RFC
 * 1122 §3.3.4.2, as in Linux), and which mean everybody on one of our networks. Immutable.
 */
public final class LocalAddresses {

  private static final int LIMITED_BROADCAST = 0xffff_ffff;

  private final int[] own;
  private final int[] broadcasts;
  private final boolean servesLoopbackNetwork;

  /** Collects the addresses of all interfaces. */
  public LocalAddresses(Collection<InterfaceAddress> addresses) {
    own = new int[addresses.size()];
    int[] broadcast = new int[addresses.size()];
    int ownCount = 0;
    int broadcastCount = 0;
    boolean loopback = false;
    for (InterfaceAddress each : addresses) {
      int v4 = each.address().v4();
      own[ownCount++] = v4;
      loopback |= each.address().isLoopback();
      // In networks of one or two addresses none is left for broadcast (RFC 3021).
      if (each.prefixLength() < 31) {
        broadcast[broadcastCount++] = v4 | (-1 >>> each.prefixLength());
      }
    }
    broadcasts = Arrays.copyOf(broadcast, broadcastCount);
    servesLoopbackNetwork = loopback;
  }

  /** Whether packets to {@code v4} are for us alone. */
  public boolean isOwn(int v4) {
    for (int address : own) {
      if (address == v4) {
        return true;
      }
    }
    return servesLoopbackNetwork && isLoopback(v4);
  }

  /** Whether packets to {@code v4} are for everybody on a network of ours. */
  public boolean isBroadcast(int v4) {
    for (int broadcast : broadcasts) {
      if (broadcast == v4) {
        return true;
      }
    }
    return v4 == LIMITED_BROADCAST;
  }

  /** Whether this is in 127.0.0.0/8, which no wire may carry (RFC 1122 §3.2.1.3 (g)). */
  static boolean isLoopback(int v4) {
    return v4 >>> 24 == 127;
  }

  /** Whether this is in 224.0.0.0/4. */
  static boolean isMulticast(int v4) {
    return v4 >>> 28 == 0xe;
  }

  /** Whether this is in 0.0.0.0/8, "this network" (RFC 1122 §3.2.1.3 (a), (b)). */
  static boolean isThisNetwork(int v4) {
    return v4 >>> 24 == 0;
  }
}
