package dev.sidestep.provider.channel;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs a blocking read or write of the kernel's for a thread that holds our channel's blocking lock
 * (see {@link StreamWaiter}): on another thread, while this one waits on the lock, which lets go of
 * it. A platform thread, since virtual ones stand still while others compute on all carriers.
 *
 * <p>Until the operation is over the channel keeps its mode, as if this thread held the JDK's locks
 * already, which it may not do yet.
 */
final class MonitorRelease implements Runnable {

  /** A read or write; returns its byte count. */
  interface Operation {
    long run() throws IOException;
  }

  private static final Executor THREADS =
      Executors.newCachedThreadPool(
          Thread.ofPlatform()
              .daemon()
              .inheritInheritableThreadLocals(false)
              .name("sidestep-stream-", 0)
              .factory());

  private final Object lock;
  private final Operation operation;

  /** What a change of the mode waits for, and this operation's share of it. */
  private final StampedLock modeLock;

  private final long stamp;

  // Guarded by the lock.
  private boolean done;
  private long count;
  private @Nullable Throwable failure;

  private MonitorRelease(Object lock, Operation operation, StampedLock modeLock) {
    this.lock = lock;
    this.operation = operation;
    this.modeLock = modeLock;
    this.stamp = modeLock.readLock();
  }

  static long run(SidestepSocketChannel channel, Operation operation, StampedLock modeLock)
      throws IOException {
    MonitorRelease release;
    boolean completed = false;
    try {
      channel.beginBlocking();
      release = new MonitorRelease(channel.blockingLock(), operation, modeLock);
      release.start();
      release.await();
      completed = release.failure == null;
    } finally {
      channel.endBlocking(completed);
    }
    return release.result();
  }

  private void start() {
    boolean started = false;
    try {
      THREADS.execute(this);
      started = true;
    } finally {
      if (!started) {
        modeLock.unlockRead(stamp);
      }
    }
  }

  @Override
  public void run() {
    long result = 0;
    Throwable thrown = null;
    try {
      result = operation.run();
    } catch (IOException | RuntimeException | Error e) {
      thrown = e;
    }
    // First: whoever changes the mode holds the lock.
    modeLock.unlockRead(stamp);
    synchronized (lock) {
      count = result;
      failure = thrown;
      done = true;
      lock.notifyAll();
    }
  }

  private void await() {
    boolean interrupted = false;
    synchronized (lock) {
      while (!done) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // The interrupt closes the channel, and that ends the operation.
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private long result() throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return count;
  }
}
