package dev.sidestep.provider.channel;

import dev.sidestep.provider.kernel.ExitHook;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.engine.StackStartException;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Starts the stack for the first socket that needs it, and never before: the provider is loaded
 * into every JVM of an environment, most of which never open a socket. Any thread.
 */
final class EngineHolder {

  private static final System.Logger LOG = System.getLogger("dev.sidestep");

  private static final long HOOK_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StackConfig config;
  private final Banner banner;
  private volatile @Nullable StackEngine engine;

  /** Why the stack does not run, once that is certain. */
  private volatile @Nullable String failure;

  private boolean saidUnconfigured;

  EngineHolder(StackConfig config) {
    this.config = config;
    this.banner = new Banner(config);
    if (config.statsAtExit() || config.carriesAnything()) {
      ExitHook.register(this::exit);
    }
  }

  /**
   * The running stack, started if need be; null if the program is to go on with the kernel.
   *
   * @throws SocketException if the stack cannot start and the user does not want to go on without
   */
  @Nullable StackEngine engine() throws SocketException {
    StackEngine running = engine;
    if (running != null) {
      return running;
    }
    return failure == null ? start() : onFailure(failure);
  }

  private synchronized @Nullable StackEngine start() throws SocketException {
    if (engine == null && failure == null) {
      try {
        engine = StackEngine.start(config);
        banner.started();
      } catch (StackStartException e) {
        fail(e.getMessage());
      } catch (RuntimeException | LinkageError e) {
        // Whatever a native library comes up with, the program runs.
        fail("the stack cannot start: " + e);
      }
    }
    return failure == null ? engine : onFailure(failure);
  }

  private void fail(@Nullable String line) {
    failure = line == null ? "the stack cannot start" : line;
    if (!config.strict()) {
      LOG.log(System.Logger.Level.WARNING, "Sidestep runs on the kernel: " + failure);
    }
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
