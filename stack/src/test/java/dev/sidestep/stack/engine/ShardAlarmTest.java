package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.concurrent.Alarm;
import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.RecordingNic;
import dev.sidestep.stack.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ShardAlarmTest {

  private static final IpAddress OWN = IpAddress.ofV4(0x0a00_0001);
  private static final IpAddress PEER = IpAddress.ofV4(0x0a00_0002);

  private final SocketMemory memory = new SocketMemory(Arena.ofAuto(), 1 << 20);
  private final TcpConfig config = TcpConfig.defaults();
  private final ShardUnderTest shard =
      new ShardUnderTest(
          System::nanoTime,
          new RecordingNic(1, 1500),
          new InterfaceAddress(OWN, 24),
          config,
          memory,
          new SplittableRandom(1),
          socket -> {});

  @Test
  void anIdleShardHasNoTimer() {
    shard.poll();
    assertEquals(Alarm.NEVER, shard.nextDeadlineNanos());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aTimerThatAConnectSetsEndsASleepThatWouldMissIt() throws InterruptedException {
    Thread sleeper =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  long day = TimeUnit.DAYS.toNanos(1);
                  shard.alarm().sleep(System.nanoTime(), 1, day);
                });
    while (sleeper.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    StreamSocket socket =
        new StreamSocket(
            shard.owner(), memory, config.receiveBufferBytes(), config.sendBufferBytes());
    socket.setLocal(OWN, 40_000);
    socket.connect(PEER, 80);
    sleeper.join();
  }
}
