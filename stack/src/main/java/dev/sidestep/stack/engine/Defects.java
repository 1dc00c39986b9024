package dev.sidestep.stack.engine;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.packet.DropReason;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What was thrown inside the stack. An exception is a defect of ours, which the calling thread is
 * not to suffer for. An {@link Error} is about its own stack or heap (StackOverflowError,
 * OutOfMemoryError) or about the program as a whole, so it is thrown to it in the end, as what it
 * is.
 *
 * <p>Nothing is logged where it happens: that would run a program's log handlers on a stack that is
 * used up, and as the owner of the network that they may want to use. The driver does it later.
 *
 * <p>Threads: the shard's owner, except {@link #log}.
 */
final class Defects {

  /** How often a line is logged at most; the counter tells of the rest. */
  private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ShardCounters counters;

  /** To be thrown to the owner. */
  private @Nullable Error pending;

  private @Nullable Throwable last;

  private volatile @Nullable Throwable unlogged;
  private volatile @Nullable String threadName;

  private boolean logged;
  private long loggedNanos;

  Defects(ShardCounters counters) {
    this.counters = counters;
  }

  /** Something was thrown, and its packet or connection was dropped. */
  void caught(Throwable thrown) {
    if (pending == null && thrown instanceof Error error) {
      pending = error;
    }
    if (thrown == last) {
      return;
    }
    last = thrown;
    counters.drop(DropReason.INTERNAL_ERROR);
    if (unlogged == null) {
      threadName = Thread.currentThread().getName();
      unlogged = thrown;
    }
  }

  /** Throws what the owner has to know of, once all is in order again. */
  void throwPending() {
    Error error = pending;
    if (error != null) {
      pending = null;
      throw error;
    }
  }

  /** The driver, while it does not own the shard: says what happened. */
  void log(long nowNanos) {
    Throwable thrown = unlogged;
    if (thrown == null || (logged && nowNanos - loggedNanos < LOG_INTERVAL_NANOS)) {
      return;
    }
    logged = true;
    loggedNanos = nowNanos;
    unlogged = null;
    System.getLogger("dev.sidestep.engine")
        .log(System.Logger.Level.ERROR, line(thrown), isOfTheJvm(thrown) ? null : thrown);
  }

  /** Whether where it came up is of no interest, and a trace could have a thousand lines. */
  private static boolean isOfTheJvm(Throwable thrown) {
    return thrown instanceof VirtualMachineError;
  }

  private String line(Throwable thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    return thrown
        + " inside the stack"
        + (trace.length > 0 ? " at " + trace[0] : "")
        + ", on thread "
        + threadName
        + "; the packet or connection it hit is dropped, everything else goes on ("
        + counters.dropped(DropReason.INTERNAL_ERROR)
        + " so far)";
  }
}
