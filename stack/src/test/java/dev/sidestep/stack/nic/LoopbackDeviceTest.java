package dev.sidestep.stack.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.PacketBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopbackDeviceTest {

  private final LoopbackDevice device = new LoopbackDevice(4);
  private final NicQueue queue = device.queue(0);

  @AfterEach
  void close() {
    device.close();
  }

  private PacketBuffer buffer() {
    PacketBuffer buffer = queue.pool().allocate();
    if (buffer == null) {
      throw new AssertionError("pool empty");
    }
    return buffer;
  }

  @Test
  void returnsWhatWasSentInOrder() {
    PacketBuffer[] sent = {buffer(), buffer(), buffer()};
    assertEquals(2, queue.txBurst(sent, 1, 2));
    assertEquals(1, queue.txBurst(sent, 0, 1));
    PacketBuffer[] received = new PacketBuffer[2];
    assertEquals(2, queue.rxBurst(received));
    assertSame(sent[1], received[0]);
    assertSame(sent[2], received[1]);
    assertEquals(1, queue.rxBurst(received));
    assertSame(sent[0], received[0]);
    assertEquals(0, queue.rxBurst(received));
  }

  @Test
  void goesRoundItsRingForEver() {
    PacketBuffer[] one = new PacketBuffer[1];
    for (int i = 0; i < 100; i++) {
      one[0] = buffer();
      assertEquals(1, queue.txBurst(one, 0, 1));
      assertEquals(1, queue.rxBurst(one));
      one[0].free();
    }
    assertEquals(4, queue.pool().availableBuffers());
  }

  @Test
  void mustBePolledOnlyWhileFramesAreUnderWay() {
    assertTrue(queue.enableRxInterrupt());
    assertEquals(-1, queue.rxDescriptor());
    queue.txBurst(new PacketBuffer[] {buffer()}, 0, 1);
    assertFalse(queue.enableRxInterrupt());
    assertEquals(1, queue.rxBurst(new PacketBuffer[1]));
    assertTrue(queue.enableRxInterrupt());
  }

  @Test
  void holdsTheWholePoolAtOnce() {
    PacketBuffer[] all = {buffer(), buffer(), buffer(), buffer()};
    assertEquals(4, queue.txBurst(all, 0, 4));
    assertEquals(4, queue.rxBurst(new PacketBuffer[8]));
  }
}
