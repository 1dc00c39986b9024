package dev.sidestep.stack.nic.dpdk;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Says once that a link is down, and once that it is up again.
 *
 * <p>Threads: one at a time.
 */
final class LinkLog {

  /** Longer than any handshake. */
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String device;
  private final String advice;
  private long lastUpNanos;
  private boolean told;

  /** The log of a link that is coming up now. */
  LinkLog(String device, String advice, long nowNanos) {
    this.device = device;
    this.advice = advice;
    this.lastUpNanos = nowNanos;
  }

  /** The line to write now that the link has been found up or down, or {@code null} for none. */
  @Nullable String lineOf(boolean up, long nowNanos) {
    if (up) {
      lastUpNanos = nowNanos;
      boolean wasTold = told;
      told = false;
      return wasTold ? device + ": the link is up" : null;
    }
    if (told || nowNanos - lastUpNanos < PATIENCE_NANOS) {
      return null;
    }
    told = true;
    return "sidestep.device=" + device + ": the link is down; " + advice;
  }
}
