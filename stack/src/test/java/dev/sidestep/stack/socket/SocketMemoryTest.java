package dev.sidestep.stack.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One memory for all, however greedy some of them are. */
class SocketMemoryTest {

  private static final int MEBIBYTE = 1 << 20;
  private static final int GREEDY = 400;

  private final SocketMemory memory = new SocketMemory(Arena.ofAuto(), 256L * MEBIBYTE);
  private int calls;

  private SocketSendQueue newQueue() {
    return new SocketSendQueue(memory, 4 * MEBIBYTE, () -> calls++);
  }

  private static int fill(SocketSendQueue queue) {
    int total = 0;
    ByteBuffer source = ByteBuffer.allocate(64 << 10);
    for (int count = queue.write(source); count > 0; count = queue.write(source.clear())) {
      total += count;
    }
    return total;
  }

  /** One after the other takes all it can get and never gives anything back. */
  private List<SocketSendQueue> greedyQueues(int count) {
    List<SocketSendQueue> queues = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SocketSendQueue queue = newQueue();
      fill(queue);
      queues.add(queue);
    }
    return queues;
  }

  @Test
  void oneQueueMayFillItsCapacity() {
    assertEquals(4 * MEBIBYTE, fill(newQueue()));
  }

  @Test
  void fourHundredGreedyOnesLeaveTheNextOneEnough() {
    greedyQueues(GREEDY);
    SocketSendQueue next = newQueue();
    assertTrue(next.isWritable());
    int got = fill(next);
    assertTrue(got >= 64 << 10, () -> "got " + got);
  }

  @Test
  void whatWasSaidToBeWritableTakesSomethingThoughOthersHaveUsedTheMemoryUpMeanwhile() {
    SocketSendQueue queue = newQueue();
    ByteBuffer half = ByteBuffer.allocate(MEBIBYTE / 2);
    assertEquals(MEBIBYTE / 2, queue.write(half));
    assertTrue(queue.isWritable());
    greedyQueues(GREEDY);
    assertEquals(0, queue.freeBytes());
    assertEquals(Page.SIZE_BYTES, queue.write(half.clear()));
    assertEquals(0, queue.write(half));
    assertFalse(queue.isWritable());
    assertEquals(0, queue.write(half));
  }

  @Test
  void aPromiseIsNoMoreThanTheCapacity() {
    SocketSendQueue queue = newQueue();
    queue.write(ByteBuffer.allocate(MEBIBYTE / 2));
    assertTrue(queue.isWritable());
    queue.setCapacityBytes(MEBIBYTE / 2 + 10);
    greedyQueues(GREEDY);
    assertEquals(10, queue.write(ByteBuffer.allocate(100)));
    assertEquals(0, queue.write(ByteBuffer.allocate(100)));
  }

  @Test
  void sixThousandGreedyOnesLeaveTheNextOneTheLeast() {
    greedyQueues(6000);
    SocketSendQueue next = newQueue();
    assertTrue(next.isWritable());
    assertEquals(SocketMemory.LEAST_ALLOWANCE_BYTES, fill(next));
    assertTrue(memory.usedBytes() <= memory.limitBytes());
  }

  @Test
  void writableMeansThatAWriteTakesSomething() {
    List<SocketSendQueue> queues = greedyQueues(GREEDY);
    queues.addAll(greedyQueues(10_000));
    ByteBuffer one = ByteBuffer.allocate(1);
    for (SocketSendQueue queue : queues) {
      boolean writable = queue.isWritable();
      assertEquals(writable ? 1 : 0, queue.write(one.clear()));
    }
  }

  @Test
  void whoWaitsIsToldOnceWhenThereIsRoom() {
    List<SocketSendQueue> queues = greedyQueues(GREEDY);
    SocketSendQueue last = queues.getLast();
    assertFalse(last.isWritable());
    assertFalse(last.isWritable());
    int acknowledged = 0;
    while (calls == 0) {
      SocketSendQueue first = queues.get(acknowledged++);
      first.acknowledge(first.tail());
    }
    assertTrue(last.isWritable());
    assertEquals(1, last.write(ByteBuffer.allocate(1)));
    for (SocketSendQueue queue : queues) {
      queue.acknowledge(queue.tail());
    }
    assertEquals(1, calls);
    assertEquals(0, memory.usedBytes());
  }

  @Test
  void whoIsClosedIsNotTold() {
    List<SocketSendQueue> queues = greedyQueues(GREEDY);
    SocketSendQueue last = queues.removeLast();
    assertFalse(last.isWritable());
    last.close();
    queues.forEach(SocketSendQueue::close);
    assertEquals(0, calls);
    assertEquals(0, memory.usedBytes());
  }

  @Test
  void whatThePeerWasPromisedIsKeptAboveTheLastPart() {
    greedyQueues(GREEDY);
    SocketReceiveQueue promised = new SocketReceiveQueue(memory, MEBIBYTE);
    assertTrue(promised.limitBytes() < MEBIBYTE);
    MemorySegment source = Arena.ofAuto().allocate(1000);
    for (int at = 0; at < 1_000_000; at += 1000) {
      assertTrue(promised.store(at, source, 0, 1000));
      promised.publish(at + 1000);
    }
    promised.close();
  }

  @Test
  void aSegmentThatFindsNoMemoryLeavesNothingBehind() {
    List<Page> pages = new ArrayList<>();
    for (Page page = memory.take(0); page != null; page = memory.take(0)) {
      pages.add(page);
    }
    assertEquals(memory.limitBytes(), memory.usedBytes());
    memory.give(pages.removeLast());
    SocketReceiveQueue queue = new SocketReceiveQueue(memory, MEBIBYTE);
    MemorySegment source = Arena.ofAuto().allocate(9000);
    assertFalse(queue.store(0, source, 0, 9000));
    pages.forEach(memory::give);
    assertEquals(0, memory.usedBytes());
    assertTrue(queue.store(0, source, 0, 9000));
    queue.publish(9000);
    assertEquals(9000, queue.read(ByteBuffer.allocate(10_000)));
    assertEquals(0, memory.usedBytes());
  }
}
