package dev.sidestep.stack.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.TestClock;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultInjectingDeviceTest {

  private static final int FRAMES = 1000;

  private final TestClock clock = TestClock.started();
  private final SimulatedLink link =
      new SimulatedLink(clock, SimulatedLink.Settings.perfect().withPool(4096));

  @Test
  void withoutFaultsEveryFrameArrivesInOrder() {
    List<Integer> arrived = sendThrough(Faults.none(1));
    assertEquals(numbers(FRAMES), arrived);
  }

  @Test
  void aShareOfTheFramesIsLost() {
    List<Integer> arrived = sendThrough(Faults.none(1).withDrop(0.1));
    assertEquals(900, arrived.size(), 40);
    assertEquals(arrived.stream().sorted().toList(), arrived);
  }

  @Test
  void aShareOfTheFramesArrivesTwice() {
    List<Integer> arrived = sendThrough(Faults.none(1).withDuplicate(0.1));
    assertEquals(1100, arrived.size(), 40);
    assertEquals(FRAMES, arrived.stream().distinct().count());
  }

  @Test
  void heldBackFramesAreOvertaken() {
    List<Integer> arrived = sendThrough(Faults.none(1).withReorder(0.1, 50));
    assertEquals(numbers(FRAMES), arrived.stream().sorted().toList());
    assertNotEquals(numbers(FRAMES), arrived);
  }

  @Test
  void everyFrameTakesTheDelay() {
    NicQueue faulty = faulty(Faults.none(1).withDelay(500)).queue(0);
    send(faulty, 7);
    assertTrue(receive(link.right().queue(0)).isEmpty());
    clock.advance(499);
    faulty.rxBurst(new PacketBuffer[1]);
    assertTrue(receive(link.right().queue(0)).isEmpty());
    clock.advance(1);
    faulty.rxBurst(new PacketBuffer[1]);
    assertEquals(List.of(7), receive(link.right().queue(0)));
  }

  @Test
  void faultsAlsoStrikeWhatIsReceived() {
    NicQueue faulty = faulty(Faults.none(1).withDrop(0.5).withDelay(10)).queue(0);
    for (int i = 0; i < 100; i++) {
      send(link.right().queue(0), i);
    }
    List<Integer> arrived = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      arrived.addAll(receive(faulty));
      clock.advance(10);
    }
    assertEquals(50, arrived.size(), 15);
    assertTrue(link.isQuiescent());
  }

  @Test
  void corruptionFlipsOneBitBehindTheEthernetHeader() {
    NicQueue faulty = faulty(Faults.none(1).withCorrupt(1)).queue(0);
    PacketBuffer frame = frame(faulty, 0);
    faulty.txBurst(new PacketBuffer[] {frame}, 0, 1);
    PacketBuffer[] received = new PacketBuffer[1];
    assertEquals(1, link.right().queue(0).rxBurst(received));
    int bits = 0;
    for (int i = 0; i < 60; i++) {
      int octet = received[0].memory().get(ValueLayout.JAVA_BYTE, received[0].offset() + i) & 0xff;
      bits += Integer.bitCount(octet);
      assertTrue(octet == 0 || i >= 14, "Ethernet header untouched");
    }
    assertEquals(1, bits);
    received[0].free();
  }

  @Test
  void theSameSeedGivesTheSameFaults() {
    Faults faults = Faults.none(42).withDrop(0.1).withDuplicate(0.1).withReorder(0.2, 30);
    List<Integer> first = sendThrough(faults);
    assertEquals(first, sendThrough(faults));
    Faults other = Faults.none(43).withDrop(0.1).withDuplicate(0.1).withReorder(0.2, 30);
    assertNotEquals(first, sendThrough(other));
  }

  @Test
  void nothingVouchesForChecksumsAnyMore() {
    NicDevice device = faulty(Faults.none(1));
    assertFalse(device.capabilities().verifiesChecksums());
    assertFalse(device.capabilities().fillsChecksums());
    assertEquals(link.left().capabilities().mtuBytes(), device.capabilities().mtuBytes());
  }

  @Test
  void closingLosesWhatIsUnderWayAndGivesItsBuffersBack() {
    NicDevice device = faulty(Faults.none(1).withDelay(500));
    send(device.queue(0), 1);
    assertFalse(link.isQuiescent());
    device.close();
    assertTrue(link.isQuiescent());
  }

  /** Sends numbered frames, 10 ns apart, and returns the numbers that arrive. */
  private List<Integer> sendThrough(Faults faults) {
    NicQueue faulty = faulty(faults).queue(0);
    List<Integer> arrived = new ArrayList<>();
    for (int i = 0; i < FRAMES + 100; i++) {
      if (i < FRAMES) {
        send(faulty, i);
      } else {
        faulty.rxBurst(new PacketBuffer[1]);
      }
      arrived.addAll(receive(link.right().queue(0)));
      clock.advance(10);
    }
    assertTrue(link.isQuiescent());
    return arrived;
  }

  private FaultInjectingDevice faulty(Faults faults) {
    return new FaultInjectingDevice(link.left(), faults, faults, clock);
  }

  private static void send(NicQueue queue, int number) {
    assertEquals(1, queue.txBurst(new PacketBuffer[] {frame(queue, number)}, 0, 1));
  }

  private static PacketBuffer frame(NicQueue queue, int number) {
    PacketBuffer frame = queue.pool().allocate();
    assertNotNull(frame);
    int at = frame.append(60);
    frame.memory().asSlice(at, 60).fill((byte) 0);
    frame.memory().set(ValueLayout.JAVA_INT_UNALIGNED, at + 14L, number);
    return frame;
  }

  private static List<Integer> receive(NicQueue queue) {
    PacketBuffer[] received = new PacketBuffer[16];
    List<Integer> numbers = new ArrayList<>();
    for (int count = queue.rxBurst(received); count > 0; count = queue.rxBurst(received)) {
      for (int i = 0; i < count; i++) {
        long at = received[i].offset() + 14L;
        numbers.add(received[i].memory().get(ValueLayout.JAVA_INT_UNALIGNED, at));
        received[i].free();
      }
    }
    return numbers;
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }
}
