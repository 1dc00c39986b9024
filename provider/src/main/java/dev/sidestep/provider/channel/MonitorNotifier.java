package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.engine.StackEngine;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Wakes the threads that wait on the blocking locks of their channels. An application may hold such
 * a lock as long as it likes, so no thread that drives the stack may ever enter one. This one may:
 * it waits for all of them as any waiter does, polling the network itself while that is worth it,
 * and hands on what it hears. One thread per stack, started when it is first needed.
 */
final class MonitorNotifier implements Runnable {

  private static final Map<StackEngine, MonitorNotifier> RUNNING = new ConcurrentHashMap<>();

  private final StackEngine engine;
  private final Queue<MonitorParker> woken = new ConcurrentLinkedQueue<>();
  private final Set<MonitorParker> parked = ConcurrentHashMap.newKeySet();

  private final Waiter waiter =
      new Waiter() {
        @Override
        public boolean isReady() {
          return !woken.isEmpty();
        }
      };

  private MonitorNotifier(StackEngine engine) {
    this.engine = engine;
  }

  static MonitorNotifier of(StackEngine engine) {
    MonitorNotifier running = RUNNING.get(engine);
    return running != null ? running : RUNNING.computeIfAbsent(engine, MonitorNotifier::start);
  }

  private static MonitorNotifier start(StackEngine engine) {
    MonitorNotifier started = new MonitorNotifier(engine);
    Thread.ofPlatform()
        .daemon()
        .inheritInheritableThreadLocals(false)
        .name("sidestep-streams")
        .start(started);
    return started;
  }

  /** Has {@code sleeper}'s monitor notified. Any thread; never blocks. */
  void wake(MonitorParker sleeper) {
    woken.add(sleeper);
    waiter.wake();
  }

  /** Parks the calling thread, which holds the monitor and is going to sleep in {@code place}. */
  void park(Waiter sleeper, MonitorParker place, long nanos) {
    parked.add(place);
    try {
      // A stack that is closed after this look ends the sleep, even before it has begun.
      if (!engine.isClosed()) {
        sleeper.park(nanos);
      }
    } finally {
      parked.remove(place);
    }
  }

  @Override
  public void run() {
    while (!engine.isClosed()) {
      engine.await(waiter, BlockingWait.FOREVER);
      for (MonitorParker next = woken.poll(); next != null; next = woken.poll()) {
        next.notifyMonitor();
      }
    }
    parked.forEach(MonitorParker::notifyMonitor);
    RUNNING.remove(engine, this);
  }
}
