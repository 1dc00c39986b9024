package dev.sidestep.provider.channel;

import java.nio.channels.SelectableChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Admits one thread at a time to one half of a {@link StackStream}.
 *
 * <p>Whoever is inside may be waiting on the channel's blocking lock (see {@link StreamWaiter}) and
 * need it to get out again. So a thread that holds that lock, in a stream of {@code Channels} or in
 * {@code configureBlocking}, lets go of it while it waits to be admitted. Two threads that read, or
 * write, at once through such streams only exclude each other, so looking again each millisecond is
 * good enough.
 */
final class StreamLock extends ReentrantLock {

  private static final long LOOK_AGAIN_MILLIS = 1;

  private final transient SelectableChannel channel;

  StreamLock(SelectableChannel channel) {
    this.channel = channel;
  }

  @Override
  public void lock() {
    if (!tryLock()) {
      Object monitor = channel.blockingLock();
      // Nobody waits long inside a non-blocking channel, nor on its blocking lock.
      if (channel.isBlocking() && Thread.holdsLock(monitor)) {
        lockOutside(monitor);
      } else {
        super.lock();
      }
    }
  }

  private void lockOutside(Object monitor) {
    boolean interrupted = false;
    synchronized (monitor) {
      while (!tryLock()) {
        try {
          monitor.wait(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
          // As with a lock that cannot be interrupted; the operation will notice.
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until whoever is inside has left. */
  void passThrough() {
    lock();
    unlock();
  }
}
