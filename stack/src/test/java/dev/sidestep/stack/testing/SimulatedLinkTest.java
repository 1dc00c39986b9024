package dev.sidestep.stack.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.nic.FaultInjector;
import dev.sidestep.stack.nic.Faults;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.PacketBuffer;
import org.junit.jupiter.api.Test;

class SimulatedLinkTest {

  private final TestClock clock = TestClock.started();

  @Test
  void aFrameArrivesWhenRateAndDelaySay() {
    // 1000 bytes at 8 Mbit/s take 1 ms, then 5 ms of cable.
    SimulatedLink link = link(Faults.none(1).withDelay(TestClock.millis(5)), 8_000_000, 16);
    send(link, 2, 1000);
    assertEquals(clock.nanos() + TestClock.millis(6), link.nextDueNanos());
    clock.advance(TestClock.millis(6) - 1);
    assertEquals(0, receive(link));
    clock.advance(1);
    assertEquals(1, receive(link));
    clock.advance(TestClock.millis(1));
    assertEquals(1, receive(link));
    assertEquals(FaultInjector.NEVER, link.nextDueNanos());
    assertTrue(link.isQuiescent());
  }

  @Test
  void aFullQueueLosesWhatComesOnTop() {
    SimulatedLink link = link(Faults.none(1), 8_000_000, 4);
    send(link, 20, 1514);
    clock.advance(TestClock.seconds(1));
    int arrived = receive(link);
    // One is being sent while four wait.
    assertEquals(5, arrived, 1);
    assertEquals(20 - arrived, link.overflowedFrames());
    assertTrue(link.isQuiescent());
  }

  @Test
  void aPulledCableCarriesNothingAndLosesWhatWasOnIt() {
    SimulatedLink link = link(Faults.none(1).withDelay(100), 0, 16);
    send(link, 1, 60);
    link.setUp(false);
    send(link, 1, 60);
    link.setUp(true);
    send(link, 1, 60);
    clock.advance(100);
    assertEquals(1, receive(link));
    assertTrue(link.isQuiescent());
  }

  @Test
  void theSeedIsInTheDescription() {
    SimulatedLink link = link(Faults.none(4711), 0, 16);
    assertTrue(link.toString().contains("seed=4711"), link.toString());
  }

  private SimulatedLink link(Faults faults, long bitsPerSecond, int queueFrames) {
    return new SimulatedLink(
        clock, new SimulatedLink.Settings(faults, bitsPerSecond, queueFrames, 1500, 64));
  }

  private static void send(SimulatedLink link, int frames, int bytes) {
    NicQueue queue = link.left().queue(0);
    for (int i = 0; i < frames; i++) {
      PacketBuffer frame = queue.pool().allocate();
      assertNotNull(frame);
      frame.append(bytes);
      assertEquals(1, queue.txBurst(new PacketBuffer[] {frame}, 0, 1));
    }
  }

  private static int receive(SimulatedLink link) {
    PacketBuffer[] received = new PacketBuffer[64];
    int count = link.right().queue(0).rxBurst(received);
    for (int i = 0; i < count; i++) {
      received[i].free();
    }
    return count;
  }
}
