package dev.sidestep.stack.tcp;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The listening sockets by port and address (inet_lhash2). */
final class ListenerTable {

  private static final int CHAINS = 256;

  private final @Nullable Listener[] chains = new Listener[CHAINS];

  void add(Listener listener) {
    int chain = listener.port & (CHAINS - 1);
    listener.next = chains[chain];
    chains[chain] = listener;
  }

  void remove(Listener listener) {
    int chain = listener.port & (CHAINS - 1);
    Listener kept = null;
    for (Listener l = chains[chain]; l != null; ) {
      Listener following = l.next;
      if (l != listener) {
        l.next = kept;
        kept = l;
      }
      l = following;
    }
    chains[chain] = kept;
  }

  /**
   * The listener for this local end: one on the very address goes before one on the wildcard. Where
   * several share it (SO_REUSEPORT), the flow's hash decides, as in Linux's reuseport_select_sock.
   */
  @Nullable Listener find(long localHigh, long localLow, int port, int flowHash) {
    int exact = 0;
    int wildcards = 0;
    Listener found = null;
    for (Listener l = chains[port & (CHAINS - 1)]; l != null; l = l.next) {
      if (l.isOn(localHigh, localLow, port)) {
        exact++;
        found = l;
      } else if (l.port == port && l.address.isWildcard()) {
        wildcards++;
        found = exact == 0 ? l : found;
      }
    }
    int count = exact > 0 ? exact : wildcards;
    if (count <= 1) {
      return found;
    }
    int number = (int) (((flowHash & 0xffff_ffffL) * count) >>> 32);
    return pick(localHigh, localLow, port, exact > 0, number);
  }

  private @Nullable Listener pick(
      long localHigh, long localLow, int port, boolean exact, int number) {
    int left = number;
    for (Listener l = chains[port & (CHAINS - 1)]; l != null; l = l.next) {
      boolean candidate =
          exact ? l.isOn(localHigh, localLow, port) : l.port == port && l.address.isWildcard();
      if (candidate && left-- == 0) {
        return l;
      }
    }
    return null;
  }

  void forEach(Consumer<Listener> visitor) {
    for (Listener chain : chains) {
      for (Listener l = chain; l != null; ) {
        Listener following = l.next;
        visitor.accept(l);
        l = following;
      }
    }
  }
}
