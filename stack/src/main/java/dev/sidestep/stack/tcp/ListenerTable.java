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

  /** The listener for this local end: one on the very address goes before one on the wildcard. */
  @Nullable Listener find(long localHigh, long localLow, int port) {
    Listener wildcard = null;
    for (Listener l = chains[port & (CHAINS - 1)]; l != null; l = l.next) {
      if (l.port != port) {
        continue;
      }
      if (l.address.high() == localHigh && l.address.low() == localLow) {
        return l;
      }
      if (l.address.isWildcard()) {
        wildcard = l;
      }
    }
    return wildcard;
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
