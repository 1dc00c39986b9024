package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import java.util.concurrent.TimeUnit;

/**
 * The sleep of a thread that holds a monitor which others need meanwhile: on the monitor itself,
 * which lets go of it. The permit that comes before the sleep is kept in {@link #awake}.
 */
final class MonitorParker implements Parker {

  private final Object monitor;
  private final MonitorNotifier notifier;

  /** The permit; guarded by the monitor. */
  private boolean awake;

  MonitorParker(Object monitor, MonitorNotifier notifier) {
    this.monitor = monitor;
    this.notifier = notifier;
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // a sleep may end for no reason
  public void park(Waiter waiter, long nanos) {
    synchronized (monitor) {
      try {
        if (!awake) {
          monitor.wait(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        }
      } catch (InterruptedException e) {
        // The interrupt closes the channel, and that ends the operation.
        Thread.currentThread().interrupt();
      }
      awake = false;
    }
  }

  @Override
  public void unpark(Thread sleeper) {
    notifier.wake(this);
  }

  /** Ends the sleep. Blocks while the application holds the monitor. */
  void notifyMonitor() {
    synchronized (monitor) {
      awake = true;
      monitor.notifyAll();
    }
  }
}
