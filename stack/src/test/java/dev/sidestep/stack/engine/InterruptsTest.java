package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.concurrent.Ownership;
import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.RecordingNic;
import dev.sidestep.stack.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InterruptsTest {

  private static final IpAddress OWN = IpAddress.ofV4(0x0a00_0001);
  private static final IpAddress PEER = IpAddress.ofV4(0x0a00_0002);

  private final SocketMemory memory = new SocketMemory(Arena.ofAuto(), 1 << 20);
  private final TcpConfig config = TcpConfig.defaults();
  private final RecordingNic nic = new RecordingNic(1, 1500);
  private final ShardUnderTest shard =
      new ShardUnderTest(
          System::nanoTime,
          nic,
          new InterfaceAddress(OWN, 24),
          config,
          memory,
          new SplittableRandom(1),
          socket -> {});

  @BeforeEach
  void announceOnceTheLinkIsUp() {
    shard.poll();
  }

  private void connect() {
    StreamSocket socket =
        new StreamSocket(
            shard.owner(), memory, config.receiveBufferBytes(), config.sendBufferBytes());
    socket.setLocal(OWN, 40_000);
    socket.connect(PEER, 80);
  }

  @Test
  void anIdleShardHasNoTimer() {
    assertEquals(Ownership.NEVER, shard.nextDeadlineNanos());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whoeverSetsATimerEndsASleepThatWouldMissIt() throws InterruptedException {
    assertTrue(shard.pollAndEnableInterrupts());
    long day = TimeUnit.DAYS.toNanos(1);
    Thread sleeper =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  long nanos =
                      shard.watch().driversAlarm().set(Parker.THREAD, System.nanoTime(), 1, day);
                  LockSupport.parkNanos(nanos);
                });
    while (sleeper.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    connect();
    sleeper.join();
  }

  @Test
  void whoeverReceivesPolls() {
    assertTrue(shard.pollAndEnableInterrupts());
    shard.poll();
    assertFalse(shard.watch().isArmed());
  }

  @Test
  void whoeverOnlySendsLeavesTheSleeperToItsInterrupts() {
    assertTrue(shard.pollAndEnableInterrupts());
    connect();
    assertTrue(shard.watch().isArmed());
  }

  @Test
  void aFrameThatDoesNotGetOutCallsForPolls() {
    assertTrue(shard.pollAndEnableInterrupts());
    nic.setTxRoom(0);
    connect();
    assertFalse(shard.watch().isArmed());
  }

  @Test
  void aFrameThatCannotBeSentKeepsTheDriverPolling() {
    nic.setTxRoom(0);
    connect();
    assertFalse(shard.pollAndEnableInterrupts());
    nic.setTxRoom(100);
    assertTrue(shard.pollAndEnableInterrupts());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aWatcherThatIsWokenByAnotherThreadLeavesNoInterruptsOn() throws InterruptedException {
    InPlacePoller poller = shard.poller(shard.driver());
    AtomicBoolean event = new AtomicBoolean();
    Waiter waiter =
        new Waiter() {
          @Override
          public boolean isReady() {
            return event.get();
          }
        };
    Thread watcher = Thread.ofPlatform().daemon().start(() -> poller.await(waiter, Long.MAX_VALUE));
    while (!shard.watch().isHeld() || watcher.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    event.set(true);
    waiter.wake();
    watcher.join();
    assertFalse(shard.watch().isHeld());
    assertFalse(shard.watch().isArmed());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aThreadThatPolledAndSleepsHasTheDevicesTellTheWatcherAgain() throws InterruptedException {
    InPlacePoller poller = shard.poller(shard.driver());
    // One that does not get up by itself.
    Waiter watcher = new PatientWaiter();
    assertTrue(shard.watch().tryTake(watcher));
    shard.pollAndMakeBed();
    assertTrue(shard.watch().isAttended());
    PatientWaiter second =
        new PatientWaiter() {
          @Override
          public void look(long nowNanos) {
            // Whether it spins, and so polls by itself, depends on the machine.
            shard.pollAsSoonAsFree();
          }
        };
    Thread polling = await(poller, second);
    while (!nic.interruptEnablers().contains(polling) || !shard.watch().isAttended()) {
      Thread.onSpinWait();
    }
    shard.watch().leave(watcher);
    poller.beginClosing();
    poller.close();
    polling.join();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aWatcherWithAPlaceOfItsOwnIsToldOfWhatHappensThere() throws InterruptedException {
    InPlacePoller poller = shard.poller(shard.driver());
    PlaceOfItsOwn place = new PlaceOfItsOwn(1);
    Thread watcher = await(poller, place.waiter);
    while (!shard.watch().isAttended() || watcher.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    place.event = true;
    place.unpark(watcher);
    watcher.join();
    assertTrue(place.waiter.isReady());
    assertFalse(shard.watch().isHeld());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whoCanSleepInOnePlaceOnlyReliesOnOthers() throws InterruptedException {
    InPlacePoller poller = shard.poller(shard.driver());
    PlaceOfItsOwn place = new PlaceOfItsOwn(Parker.ONLY_HERE);
    Thread sleeper = await(poller, place.waiter);
    while (!place.asleep) {
      Thread.onSpinWait();
    }
    assertFalse(shard.watch().isHeld());
    poller.close();
    sleeper.join();
  }

  /**
   * Something like a selector of the kernel's: what happens there is known once it was collected.
   */
  private static final class PlaceOfItsOwn implements Parker {

    private final int descriptor;
    private volatile boolean event;
    private volatile boolean collected;
    private volatile boolean asleep;

    private final Waiter waiter =
        new Waiter() {
          @Override
          public boolean isReady() {
            return collected;
          }

          @Override
          protected Parker parker() {
            return PlaceOfItsOwn.this;
          }
        };

    PlaceOfItsOwn(int descriptor) {
      this.descriptor = descriptor;
    }

    @Override
    public void park(Waiter sleeper, long nanos) {
      asleep = true;
      LockSupport.parkNanos(nanos);
    }

    @Override
    public void unpark(Thread sleeper) {
      LockSupport.unpark(sleeper);
    }

    @Override
    public int descriptor() {
      return descriptor;
    }

    @Override
    public void collect() {
      collected = event;
    }
  }

  private static Thread await(InPlacePoller poller, Waiter waiter) {
    return Thread.ofPlatform().daemon().start(() -> poller.await(waiter, Long.MAX_VALUE));
  }

  /** Waits for what never happens. */
  private static class PatientWaiter extends Waiter {

    @Override
    public boolean isReady() {
      return false;
    }
  }
}
