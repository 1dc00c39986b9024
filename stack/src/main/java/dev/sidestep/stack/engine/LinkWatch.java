package dev.sidestep.stack.engine;

import java.util.concurrent.TimeUnit;

/**
 * Notices when the link of an interface comes up and then announces our addresses on it, so that
 * neighbours with an old MAC address for them learn the new one.
 *
 * <p>Threads: the shard's owner.
 */
final class LinkWatch {

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final NetInterface[] interfaces;
  private final boolean[] wasUp;
  private long nextCheckNanos = Long.MIN_VALUE;

  LinkWatch(NetInterface[] interfaces) {
    this.interfaces = interfaces;
    this.wasUp = new boolean[interfaces.length];
  }

  /** Looks at the links if it is time to. */
  void run(long nowNanos) {
    if (nowNanos < nextCheckNanos) {
      return;
    }
    nextCheckNanos = nowNanos + INTERVAL_NANOS;
    for (int i = 0; i < interfaces.length; i++) {
      boolean up = interfaces[i].device().linkUp();
      if (up && !wasUp[i]) {
        interfaces[i].announce();
      }
      wasUp[i] = up;
    }
  }
}
