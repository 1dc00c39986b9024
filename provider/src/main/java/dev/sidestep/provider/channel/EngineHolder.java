package dev.sidestep.provider.channel;

import dev.sidestep.provider.kernel.ExitHook;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.engine.StackStartException;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts the stack for the first socket that needs it, and never before: the provider is loaded
 * into every JVM of an environment, most of which never open a socket. A socket that can do without
 * for a while {@link #whenStarted joins} later. If a start fails, later sockets try again, as what
 * was missing may be there by then: a memif server, an interface. Any thread.
 */
final class EngineHolder {

  private static final long HOOK_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long sockets go without a new attempt after one that failed. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long the exit waits for a start under way: DPDK must not start while it is unloaded. */
  private static final long START_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** {@link StackEngine#start(StackConfig, long)}. */
  interface Starter {
    StackEngine start(StackConfig config, long peerPatienceNanos) throws StackStartException;
  }

  private final StackConfig config;
  private final Banner banner;
  private final Starter starter;
  private final LongSupplier clock;

  /** Held while the stack starts. */
  private final ReentrantLock startLock = new ReentrantLock();

  private final LateJoiners joiners = new LateJoiners();
  private volatile @Nullable StackEngine engine;

  /** Why the last attempt has failed, if it has, and when it may be repeated. */
  private volatile @Nullable String failure;

  private volatile long retryNanos;

  /** The start in the background, if there was one; guarded by the monitor. */
  private @Nullable Thread background;

  /** Whether the program exits, so that nothing starts any more. */
  private volatile boolean exiting;

  private boolean saidUnconfigured;

  EngineHolder(StackConfig config) {
    this(config, StackEngine::start, System::nanoTime);
  }

  EngineHolder(StackConfig config, Starter starter, LongSupplier clock) {
    this.config = config;
    this.banner = new Banner(config);
    this.starter = starter;
    this.clock = clock;
    if (config.statsAtExit() || config.carriesAnything()) {
      ExitHook.register(this::exit);
    }
  }

  /**
   * The running stack, started if need be; null if it cannot be, and {@link #failure} says why.
   *
   * @throws SocketException if the stack cannot start and the user does not want to go on without
   */
  @Nullable StackEngine engine() throws SocketException {
    StackEngine running = engine;
    if (running == null && isDue()) {
      startNow();
      running = engine;
    }
    if (running == null && config.strict()) {
      throw new SocketException(failure);
    }
    return running;
  }

  /** The running stack, or null if it does not run. */
  @Nullable StackEngine running() {
    return engine;
  }

  private boolean isDue() {
    return failure == null || clock.getAsLong() - retryNanos >= 0;
  }

  /** Whoever waited for another thread's attempt takes its result. */
  private void startNow() {
    startLock.lock();
    try {
      if (engine == null && isDue() && !exiting) {
        start();
      }
    } finally {
      startLock.unlock();
    }
  }

  private void start() {
    // A program that finds nobody once must not be kept waiting at every connect.
    long patienceNanos = failure == null ? StackEngine.PEER_PATIENCE_NANOS : 0;
    try {
      StackEngine started = starter.start(config, patienceNanos);
      failure = null;
      banner.started();
      // Before anybody else can take their ports.
      joiners.join(started, () -> engine = started);
    } catch (StackStartException e) {
      fail(e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      // Whatever a native library comes up with, the program runs.
      fail("the stack cannot start: " + e);
    }
  }

  private void fail(@Nullable String message) {
    String line = message == null ? "the stack cannot start" : message;
    boolean news = !line.equals(failure);
    retryNanos = clock.getAsLong() + RETRY_NANOS;
    failure = line;
    if (news && !config.strict()) {
      banner.onKernel(line);
    }
  }

  /**
   * Has {@code joiner} join the stack when it runs: at once if it does, otherwise when it has
   * started, now or at a later attempt. Does not wait for that.
   */
  void whenStarted(LateJoiners.Joiner joiner) {
    StackEngine running = joiners.add(joiner, this::running);
    if (running != null) {
      LateJoiners.join(joiner, running);
    } else if (isDue()) {
      startInBackground();
    }
  }

  /** {@code joiner} does not want to join any more. */
  void leave(LateJoiners.Joiner joiner) {
    joiners.remove(joiner);
  }

  private synchronized void startInBackground() {
    Thread last = background;
    if (!exiting && (last == null || !last.isAlive())) {
      background = Thread.ofPlatform().daemon().name("sidestep-start").start(this::startNow);
    }
  }

  /** Why the stack does not run; null if it does or was not needed so far. */
  @Nullable String failure() {
    return failure;
  }

  /** Says once that there is nothing the stack could carry. */
  synchronized void unconfigured() {
    if (!saidUnconfigured) {
      saidUnconfigured = true;
      banner.onKernel(
          "sidestep.device is not set, for instance sidestep.device=net_af_packet0,iface=eth1");
    }
  }

  /**
   * Threads that wait on the stack go on waiting, as those do that wait on the kernel when their
   * process exits. Only if the JVM is still there after a while, a shutdown hook may be among them.
   */
  private void exit() {
    endStart();
    StackEngine running = engine;
    if (running != null) {
      running.stop();
      Thread.ofPlatform()
          .daemon()
          .name("sidestep-late-exit")
          .start(
              () -> {
                LockSupport.parkNanos(HOOK_PATIENCE_NANOS);
                running.close();
              });
    }
    System.err.print(ExitReport.of(config, running, failure));
  }

  /** From now on nothing starts; waits for what is starting. */
  private void endStart() {
    exiting = true;
    try {
      if (!awaitStart()) {
        // It may wait for the other end of a device.
        interruptBackground();
        awaitStart();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitStart() throws InterruptedException {
    boolean ended = startLock.tryLock(START_PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    if (ended) {
      startLock.unlock();
    }
    return ended;
  }

  private synchronized void interruptBackground() {
    if (background != null) {
      background.interrupt();
    }
  }

  /** What the stack has carried. */
  String stats() {
    return ExitReport.stats(engine, failure);
  }

  /** What tells the user about this stack. */
  Banner banner() {
    return banner;
  }

  /** Stops the stack and ends every wait for it. */
  void close() {
    startLock.lock();
    try {
      StackEngine running = engine;
      if (running != null) {
        running.close();
      }
    } finally {
      startLock.unlock();
    }
  }
}
