package dev.sidestep.provider.channel;

import dev.sidestep.provider.kernel.ExitHook;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.engine.StackStartException;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts the stack for the first socket that needs it, and never before: the provider is loaded
 * into every JVM of an environment, most of which never open a socket. If that fails, later sockets
 * try again, as what was missing may be there by then: a memif server, an interface. Any thread.
 */
final class EngineHolder {

  private static final System.Logger LOG = System.getLogger("dev.sidestep");

  private static final long HOOK_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long sockets go without a new attempt after one that failed. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** {@link StackEngine#start(StackConfig, long)}. */
  interface Starter {
    StackEngine start(StackConfig config, long peerPatienceNanos) throws StackStartException;
  }

  private final StackConfig config;
  private final Banner banner;
  private final Starter starter;
  private final LongSupplier clock;
  private volatile @Nullable StackEngine engine;

  /** Why the last attempt has failed, if it has, and when it may be repeated. */
  private volatile @Nullable String failure;

  private volatile long retryNanos;

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
    if (running != null) {
      return running;
    }
    return isDue() ? start() : onFailure(failure);
  }

  private boolean isDue() {
    return failure == null || clock.getAsLong() - retryNanos >= 0;
  }

  private synchronized @Nullable StackEngine start() throws SocketException {
    // Whoever waited for another thread's attempt takes its result.
    if (engine == null && isDue()) {
      // A program that finds nobody once must not be kept waiting at every connect.
      long patienceNanos = failure == null ? StackEngine.PEER_PATIENCE_NANOS : 0;
      try {
        engine = starter.start(config, patienceNanos);
        failure = null;
        banner.started();
      } catch (StackStartException e) {
        fail(e.getMessage());
      } catch (RuntimeException | LinkageError e) {
        // Whatever a native library comes up with, the program runs.
        fail("the stack cannot start: " + e);
      }
    }
    StackEngine running = engine;
    return running != null ? running : onFailure(failure);
  }

  private void fail(@Nullable String message) {
    String line = message == null ? "the stack cannot start" : message;
    boolean news = !line.equals(failure);
    retryNanos = clock.getAsLong() + RETRY_NANOS;
    failure = line;
    if (news && !config.strict()) {
      LOG.log(System.Logger.Level.WARNING, "Sidestep runs on the kernel: " + line);
    }
  }

  /** Why the stack does not run; null if it does or was not needed so far. */
  @Nullable String failure() {
    return failure;
  }

  private @Nullable StackEngine onFailure(@Nullable String line) throws SocketException {
    if (config.strict()) {
      throw new SocketException(line);
    }
    return null;
  }

  /** Says once that there is nothing the stack could carry. */
  synchronized void unconfigured() {
    if (!saidUnconfigured) {
      saidUnconfigured = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "Sidestep runs on the kernel: sidestep.device is not set, for instance"
              + " sidestep.device=net_af_packet0,iface=eth1");
    }
  }

  /**
   * Threads that wait on the stack go on waiting, as those do that wait on the kernel when their
   * process exits. Only if the JVM is still there after a while, a shutdown hook may be among them.
   */
  private void exit() {
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
    StackEngine running = engine;
    if (running != null) {
      running.close();
    }
  }
}
