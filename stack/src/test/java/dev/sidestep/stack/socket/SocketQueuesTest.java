package dev.sidestep.stack.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SocketQueuesTest {

  private static final int CAPACITY_BYTES = 300_000;

  private final Arena arena = Arena.ofShared();
  private final SocketMemory memory = new SocketMemory(arena, 4 << 20);

  @AfterEach
  void everyPageIsBack() {
    assertEquals(0, memory.usedBytes());
    arena.close();
  }

  private static byte[] randomBytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static SocketSendQueue sendQueue(SocketMemory memory, int capacityBytes) {
    return new SocketSendQueue(memory, capacityBytes, () -> {});
  }

  private MemorySegment offHeap(byte[] bytes) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
  }

  @Test
  void whatIsStoredInOrderIsReadInOrderAcrossPages() {
    byte[] sent = randomBytes(1_000_000, 1);
    MemorySegment source = offHeap(sent);
    SocketReceiveQueue queue = new SocketReceiveQueue(memory, CAPACITY_BYTES);
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    Random random = new Random(2);
    ByteBuffer buffer = ByteBuffer.allocate(70_000);
    int position = 0;
    while (received.size() < sent.length) {
      int count = Math.min(1 + random.nextInt(40_000), sent.length - position);
      if (count > 0 && count <= queue.freeBytes()) {
        assertTrue(queue.store(position, source, position, count));
        position += count;
        queue.publish(position);
      }
      buffer.clear().limit(1 + random.nextInt(buffer.capacity()));
      if (queue.read(buffer) > 0) {
        received.write(buffer.array(), 0, buffer.position());
      }
    }
    assertArrayEquals(sent, received.toByteArray());
    queue.close();
  }

  @Test
  void segmentsStoredInAnyOrderAreReadAsOneStream() {
    byte[] sent = randomBytes(CAPACITY_BYTES, 3);
    MemorySegment source = offHeap(sent);
    SocketReceiveQueue queue = new SocketReceiveQueue(memory, CAPACITY_BYTES);
    List<Integer> starts = new ArrayList<>();
    for (int at = 0; at < sent.length; at += 1448) {
      starts.add(at);
    }
    Collections.shuffle(starts, new Random(4));
    for (int at : starts) {
      assertTrue(queue.store(at, source, at, Math.min(1448, sent.length - at)));
    }
    assertEquals(0, queue.availableBytes());
    queue.publish(sent.length);
    queue.finish();
    ByteBuffer all = ByteBuffer.allocateDirect(sent.length + 1);
    assertEquals(sent.length, queue.read(all));
    assertEquals(-1, queue.read(all));
    byte[] received = new byte[sent.length];
    all.flip().get(received);
    assertArrayEquals(sent, received);
    queue.close();
  }

  @Test
  void anEmptyReceiveQueueHoldsNoPage() {
    SocketReceiveQueue queue = new SocketReceiveQueue(memory, CAPACITY_BYTES);
    assertEquals(0, memory.usedBytes());
    MemorySegment source = offHeap(new byte[] {42, 43});
    queue.store(0, source, 0, 1);
    queue.publish(1);
    assertEquals(Page.SIZE_BYTES, memory.usedBytes());
    queue.read(ByteBuffer.allocate(1));
    assertEquals(0, memory.usedBytes());

    queue.store(1, source, 1, 1);
    queue.publish(2);
    ByteBuffer one = ByteBuffer.allocate(1);
    assertEquals(1, queue.read(one));
    assertEquals(43, one.get(0));
    queue.close();
  }

  @Test
  void memoryOfBytesAheadOfAHoleIsNotGivenBack() {
    SocketReceiveQueue queue = new SocketReceiveQueue(memory, CAPACITY_BYTES);
    MemorySegment source = offHeap(new byte[] {1, 2, 3});
    queue.store(2, source, 2, 1);
    queue.store(0, source, 0, 1);
    queue.publish(1);
    ByteBuffer three = ByteBuffer.allocate(3);
    assertEquals(1, queue.read(three));
    assertEquals(Page.SIZE_BYTES, memory.usedBytes());
    queue.store(1, source, 1, 1);
    queue.publish(3);
    assertEquals(2, queue.read(three));
    assertArrayEquals(new byte[] {1, 2, 3}, three.array());
    assertEquals(0, memory.usedBytes());
    queue.close();
  }

  @Test
  void whatIsForgottenAheadOfAHoleIsGivenBack() {
    SocketReceiveQueue queue = new SocketReceiveQueue(memory, CAPACITY_BYTES);
    MemorySegment source = offHeap(new byte[] {1, 2});
    queue.store(50_000, source, 1, 1);
    queue.forgetAhead();
    assertEquals(0, memory.usedBytes());
    queue.store(0, source, 0, 2);
    queue.publish(2);
    ByteBuffer two = ByteBuffer.allocate(2);
    assertEquals(2, queue.read(two));
    assertArrayEquals(new byte[] {1, 2}, two.array());
    queue.close();
  }

  @Test
  void shortMemoryIsReportedAndNothingIsLost() {
    SocketMemory tiny = new SocketMemory(arena, 1);
    SocketSendQueue queue = sendQueue(tiny, Integer.MAX_VALUE);
    ByteBuffer source = ByteBuffer.wrap(randomBytes(2 << 20, 5));
    int taken = 0;
    for (int count = queue.write(source); count > 0; count = queue.write(source)) {
      taken += count;
    }
    assertTrue(taken > tiny.limitBytes() / 8 && taken < tiny.limitBytes() / 2, "taken " + taken);
    assertEquals(taken, source.position());
    assertFalse(queue.isWritable());

    MemorySegment copy = arena.allocate(taken);
    queue.copyTo(0, copy, 0, taken);
    assertEquals(-1, copy.mismatch(MemorySegment.ofArray(source.array()).asSlice(0, taken)));
    queue.acknowledge(taken);
    assertTrue(queue.write(source) > 0);
    queue.close();
    assertEquals(0, tiny.usedBytes());
  }

  @Test
  void sentBytesStayReadableUntilTheyAreAcknowledged() {
    byte[] sent = randomBytes(200_000, 6);
    SocketSendQueue queue = sendQueue(memory, CAPACITY_BYTES);
    assertEquals(sent.length, queue.write(ByteBuffer.wrap(sent)));
    MemorySegment copy = arena.allocate(sent.length);
    for (int acknowledged = 0; acknowledged < sent.length; acknowledged += 12_345) {
      queue.acknowledge(acknowledged);
      queue.copyTo(acknowledged, copy, acknowledged, sent.length - acknowledged);
      assertEquals(-1, copy.mismatch(MemorySegment.ofArray(sent)));
    }
    queue.acknowledge(sent.length);
    assertEquals(0, memory.usedBytes());
    queue.close();
  }

  @Test
  void aWriterIsToldToGoOnOnlyWhenThereIsRoomWorthIt() {
    SocketSendQueue queue = sendQueue(memory, 30_000);
    assertEquals(30_000, queue.write(ByteBuffer.allocate(40_000)));
    assertFalse(queue.isWritable());
    queue.acknowledge(9_999);
    assertFalse(queue.isWritable());
    queue.acknowledge(10_000);
    assertTrue(queue.isWritable());
    queue.close();
  }

  @Test
  void aWindowUpdateIsDueOnceHalfTheBufferWasRead() {
    SocketReceiveQueue queue = new SocketReceiveQueue(memory, 1000);
    MemorySegment source = offHeap(new byte[1000]);
    queue.setAdvertisedEdge(1000);
    queue.store(0, source, 0, 1000);
    queue.publish(1000);
    queue.read(ByteBuffer.allocate(499));
    assertFalse(queue.windowUpdateDue());
    queue.read(ByteBuffer.allocate(1));
    assertTrue(queue.windowUpdateDue());
    queue.close();
  }
}
