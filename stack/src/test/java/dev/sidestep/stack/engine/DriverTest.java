package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.FailingDevice;
import dev.sidestep.stack.testing.FailurePoint;
import dev.sidestep.stack.testing.RecordingNic;
import dev.sidestep.stack.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The driver and the errors that hit it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DriverTest {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(50);

  private final FailurePoint point = new FailurePoint();
  private final RecordingNic nic = new RecordingNic(1, 1500);
  private final ShardUnderTest shard =
      new ShardUnderTest(
          System::nanoTime,
          new FailingDevice(nic, point),
          new InterfaceAddress(IpAddress.ofV4(0x0a00_0001), 24),
          TcpConfig.defaults(),
          new SocketMemory(Arena.ofAuto(), 1 << 20),
          new SplittableRandom(1),
          socket -> {});

  @Test
  void theDriverSurvivesErrors() {
    point.failAfter(10, new StackOverflowError());
    Driver driver = shard.driver();
    driver.start();
    while (shard.counters().dropped(DropReason.INTERNAL_ERROR) == 0) {
      Thread.onSpinWait();
    }
    nic.inject(new byte[60]);
    while (shard.counters().dropped(DropReason.ETHERNET_OTHER_HOST) == 0) {
      Thread.onSpinWait();
    }
    assertTrue(driver.close(PATIENCE_NANOS));
    assertFalse(shard.isOwned());
  }

  @Test
  void whatBelongsToTheOwnerIsEnteredByTheOwnerOnly() {
    assertThrows(AssertionError.class, () -> shard.tcp().flush(0));
    assertThrows(AssertionError.class, () -> shard.tcp().runTimers(0));
  }
}
