package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Watch;
import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.Profile;
import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.tcp.TcpStack;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A shard with its layers, wired as the engine wires them, but over the device and on the clock of
 * a test, which polls it by hand. Opens the engine's package to the test rig.
 */
public final class ShardUnderTest {

  private final Shard shard;
  private final TcpStack tcp;
  private final LongSupplier clock;

  /** A shard of a host with one address on one device. */
  public ShardUnderTest(
      LongSupplier clock,
      NicDevice device,
      InterfaceAddress address,
      TcpConfig tcpConfig,
      SocketMemory memory,
      RandomGenerator random,
      Consumer<StackSocket> onReleased) {
    this.clock = clock;
    StackConfig config = config(address);
    // One buffer: thousands of these hosts are made, and none talks to itself.
    Network network = new Network(List.of(device), new LoopbackDevice(1), null, config);
    TcpStack[] made = new TcpStack[1];
    this.shard =
        new Shard(
            clock,
            network,
            (owner, own) -> {
              made[0] =
                  new TcpStack(tcpConfig, own.routes(), memory, owner, own.counters(), random);
              return List.of(made[0]);
            },
            onReleased);
    this.tcp = made[0];
  }

  private static StackConfig config(InterfaceAddress address) {
    Properties settings = new Properties();
    settings.setProperty("sidestep.device", "net_null0");
    settings.setProperty("sidestep.address", address.toString());
    return new SettingsReader(settings, null).read();
  }

  /** One turn of the poll loop. */
  public void poll() {
    own();
    try {
      shard.poll(clock.getAsLong());
    } finally {
      shard.release();
    }
  }

  /** One turn by a thread that is not the only one, unless it polls already. */
  void pollAsSoonAsFree() {
    if (!shard.isHeldByCurrentThread()) {
      while (!shard.tryOwn()) {
        Thread.onSpinWait();
      }
      try {
        shard.poll(clock.getAsLong());
      } finally {
        shard.release();
      }
    }
  }

  private void own() {
    if (!shard.tryOwn()) {
      throw new AssertionError("somebody else owns the shard");
    }
  }

  /** Does something as the shard's owner. */
  public void whileOwner(Runnable action) {
    own();
    try {
      action.run();
    } finally {
      shard.release();
    }
  }

  /** When the shard wants to be polled even if nothing arrives. */
  public long nextDeadlineNanos() {
    return shard.nextDeadlineNanos();
  }

  /** Who sees to it while nobody polls it. */
  Watch watch() {
    return shard.watch();
  }

  /** What tells of frames meanwhile. */
  Interrupts interrupts() {
    return shard.interrupts();
  }

  /** What is done before a sleep; returns whether that may be long. */
  boolean pollAndEnableInterrupts() {
    own();
    shard.poll(clock.getAsLong());
    boolean enabled = shard.interrupts().enable();
    shard.release();
    return enabled;
  }

  /** What the keeper does before it sleeps on the interrupts. */
  void pollAndMakeBed() {
    own();
    shard.poll(clock.getAsLong());
    assertNotNull(shard.interrupts().new Bed().make(Parker.THREAD));
    shard.release();
  }

  /** Whether some thread owns it. */
  boolean isOwned() {
    return shard.isOwned();
  }

  /** A driver for it, which is not running yet. */
  Driver driver() {
    return new Driver(shard, IdleStrategy.of(Profile.BALANCED), clock);
  }

  /** How threads wait for it, beside a driver. */
  InPlacePoller poller(Driver driver) {
    return new InPlacePoller(shard, driver, IdleStrategy.of(Profile.BALANCED), clock);
  }

  /** What its sockets belong to. */
  public SocketOwner owner() {
    return shard;
  }

  /** Its TCP. */
  public TcpStack tcp() {
    return tcp;
  }

  /** Its counters. */
  public ShardCounters counters() {
    return shard.counters();
  }
}
