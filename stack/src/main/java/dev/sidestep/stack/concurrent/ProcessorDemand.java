package dev.sidestep.stack.concurrent;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Whether others want the processors that threads would spin on. A thread that spins lets others
 * have its processor now and then; how long that takes tells whether somebody was waiting for it.
 * If so, and if the machine has no other processor for him, nobody spins for a while, and for
 * longer and longer if it happens again.
 *
 * <p>The second condition matters most for two programs that wait for each other: the kernel wakes
 * one on the other's processor, although the next is idle, and moves it there only if both spin on.
 *
 * <p>Threads: any. What several learn at once may be counted once.
 */
public final class ProcessorDemand {

  /**
   * Longer than a thread takes that is woken and answers, which may be just the one that is waited
   * for: somebody who computes.
   */
  private static final long TAKEN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Whoever spun undisturbed for so many turns before has met with something rare. */
  private static final int RARE_TURNS = 64;

  private final int processors;
  private final int mostSpinners;
  private final IntSupplier runnableThreads;
  private final AtomicInteger spinners = new AtomicInteger();

  private volatile long pauseNanos;
  private volatile long pausedUntilNanos;
  private volatile int freeTurns;

  /**
   * The demand for a machine's processors.
   *
   * @param processors how many this process may use ({@link Runtime#availableProcessors}, which
   *     knows of affinity and of a control group's quota)
   * @param runnableThreads how many threads run or want to on the whole machine
   * @param nowNanos the time now
   */
  public ProcessorDemand(int processors, IntSupplier runnableThreads, long nowNanos) {
    this.processors = processors;
    // Somebody must be able to do what is waited for.
    this.mostSpinners = processors - 1;
    this.runnableThreads = runnableThreads;
    this.pausedUntilNanos = nowNanos;
  }

  /** Whether the calling thread may spin; it says when it ends that. */
  public boolean tryBeginSpin(long nowNanos) {
    if (nowNanos - pausedUntilNanos < 0) {
      return false;
    }
    if (spinners.incrementAndGet() > mostSpinners) {
      spinners.decrementAndGet();
      return false;
    }
    return true;
  }

  /** The calling thread spins no more. */
  public void endSpin() {
    spinners.decrementAndGet();
  }

  /**
   * Learns from a spinning thread that was away from its processor, or had it offered to others.
   *
   * @param awayNanos for how long
   * @return whether that was for somebody who needs the processor: stop spinning
   */
  public boolean wasAway(long awayNanos, long nowNanos) {
    if (awayNanos >= TAKEN_NANOS && runnableThreads.getAsInt() > processors) {
      pause(nowNanos);
      return true;
    }
    int free = freeTurns;
    if (free < RARE_TURNS) {
      freeTurns = free + 1;
    }
    return false;
  }

  private void pause(long nowNanos) {
    boolean rare = freeTurns == RARE_TURNS;
    freeTurns = 0;
    long next =
        rare
            ? FIRST_PAUSE_NANOS
            : Math.clamp(2 * pauseNanos, FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    pauseNanos = next;
    pausedUntilNanos = nowNanos + next;
  }
}
