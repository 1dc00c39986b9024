package dev.sidestep.stack.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The end of the stack: sockets close as the kernel closes those of a process that exits, what was
 * written gets its time to reach the peers, then the shard is taken for good and the devices close.
 *
 * <p>Threads: any; the first one that comes does it.
 */
final class Exit {

  /** How long to sleep between polls while the last bytes are on their way. */
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /** Enough for a FIN to be lost once: twice the least retransmission timeout. */
  private static final long FIN_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /** How long a thread may keep the shard to itself; a poll takes 1 ms. */
  private static final long OWNER_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Shard shard;
  private final Driver driver;
  private final InPlacePoller poller;
  private final long lingerNanos;
  private final AtomicBoolean begun = new AtomicBoolean();

  /**
   * The exit of a stack that is running.
   *
   * @param lingerNanos how long to wait for what was written to be acknowledged
   */
  Exit(Shard shard, Driver driver, InPlacePoller poller, long lingerNanos) {
    this.shard = shard;
    this.driver = driver;
    this.poller = poller;
    this.lingerNanos = lingerNanos;
  }

  /** Ends everything, unless some thread has done so or is at it. */
  void stop(Runnable closeDevices) {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    poller.beginClosing();
    boolean idle =
        deliverWhatWasWritten()
            && driver.close(OWNER_PATIENCE_NANOS)
            && poller.awaitWatcherGone(OWNER_PATIENCE_NANOS)
            && own();
    shard.defects().log(System.nanoTime());
    if (idle) {
      // The shard is never given back: nobody touches a device that is going away.
      shard.discard();
      closeDevices.run();
    } else {
      warn("a thread does not leave the network; exit goes on, and the devices stay as they are");
    }
  }

  /** Returns false if the shard could not be had at all. */
  private boolean deliverWhatWasWritten() {
    long startNanos = System.nanoTime();
    if (!own()) {
      return false;
    }
    try {
      shard.transports().closeAll(startNanos);
    } finally {
      shard.release();
    }
    long elapsedNanos = 0;
    while (!isDone(elapsedNanos) && elapsedNanos < lingerNanos) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
      elapsedNanos = System.nanoTime() - startNanos;
    }
    if (!whileOwner(Transports::isDelivered)) {
      warn(
          "exit waited "
              + TimeUnit.NANOSECONDS.toMillis(lingerNanos)
              + " ms (sidestep.exit-linger); some bytes already written were not acknowledged");
    }
    return true;
  }

  /** A peer that is gone itself never acknowledges our FIN, so there is less patience for that. */
  private boolean isDone(long elapsedNanos) {
    return whileOwner(
        all -> all.isQuiescent() || (elapsedNanos > FIN_PATIENCE_NANOS && all.isDelivered()));
  }

  /** Polls as the shard's owner and then asks something; false if the shard cannot be had. */
  private boolean whileOwner(Predicate<Transports> question) {
    if (!own()) {
      return false;
    }
    try {
      shard.poll(System.nanoTime());
      return question.test(shard.transports());
    } catch (Error known) {
      // It is logged with the other defects; the exit goes on.
      shard.defects().caught(known);
      return false;
    } finally {
      shard.release();
    }
  }

  /** Takes the shard from threads that all leave it soon; false if one of them does not. */
  private boolean own() {
    long startNanos = System.nanoTime();
    while (!shard.tryOwn()) {
      if (System.nanoTime() - startNanos > OWNER_PATIENCE_NANOS) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  private static void warn(String line) {
    System.getLogger("dev.sidestep.engine").log(System.Logger.Level.WARNING, line);
  }
}
