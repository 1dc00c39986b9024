package dev.sidestep.stack.engine;

import java.util.concurrent.TimeUnit;

/**
 * Notices when the link of an interface comes up or goes down.
 *
 * <p>As in Linux, connections outlive a cable that is out for a while. But the neighbours are
 * forgotten, so that a new connection asks for them, gets no answer and fails within seconds; and
 * frames are dropped, so that they do not arrive ages later. Unlike in Linux they are kept for a
 * moment: the first connect of a program comes before the handshake of its memif device is over.
 *
 * <p>Threads: the shard's owner.
 */
final class LinkWatch {

  static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How many times in a row a link is found down before frames are dropped. */
  static final int PATIENCE_CHECKS = 10;

  private final NetInterface[] interfaces;
  private final boolean[] wasUp;
  private final int[] downChecks;
  private long nextCheckNanos = Long.MIN_VALUE;

  LinkWatch(NetInterface[] interfaces) {
    this.interfaces = interfaces;
    this.wasUp = new boolean[interfaces.length];
    this.downChecks = new int[interfaces.length];
  }

  /** Looks at the links if it is time to. */
  void run(long nowNanos) {
    if (nowNanos < nextCheckNanos) {
      return;
    }
    nextCheckNanos = nowNanos + INTERVAL_NANOS;
    for (int i = 0; i < interfaces.length; i++) {
      if (interfaces[i].device().linkUp()) {
        up(i);
      } else {
        down(i);
      }
    }
  }

  private void up(int i) {
    downChecks[i] = 0;
    if (!wasUp[i]) {
      wasUp[i] = true;
      // Neighbours with an old MAC address for our addresses learn the new one.
      interfaces[i].announce();
    }
  }

  private void down(int i) {
    if (wasUp[i]) {
      wasUp[i] = false;
      interfaces[i].forgetNeighbors();
    }
    if (downChecks[i] < PATIENCE_CHECKS) {
      downChecks[i]++;
    } else {
      interfaces[i].discardBacklog();
    }
  }
}
