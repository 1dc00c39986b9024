package dev.sidestep.stack.ethernet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.RecordingNic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EthernetOutputTest {

  private static final long MAC = 0x0200_0000_0001L;
  private static final long PEER_MAC = 0x0200_0000_0002L;

  private final ShardCounters counters = new ShardCounters();
  private final RecordingNic nic = new RecordingNic(MAC, 1500);
  private final EthernetOutput output = new EthernetOutput(nic, MAC, counters);

  private void send(int number) {
    byte[] payload = {(byte) (number >>> 8), (byte) number};
    output.send(nic.bufferOf(payload), PEER_MAC, 0x0800);
  }

  private static int number(byte[] frame) {
    return ((frame[14] & 0xff) << 8) | (frame[15] & 0xff);
  }

  private static List<Integer> numbers(List<byte[]> frames) {
    return frames.stream().map(EthernetOutputTest::number).toList();
  }

  private static List<Integer> upTo(int end) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < end; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  @Test
  void putsTheHeaderOnAndWaitsForTheFlush() {
    send(7);
    assertEquals(List.of(), nic.takeTransmitted());
    output.flush();
    byte[] expected = Frames.ethernet(PEER_MAC, MAC, 0x0800, new byte[] {0, 7});
    assertArrayEquals(expected, nic.takeTransmitted().getFirst());
    assertEquals(1, counters.get(Counter.TX_PACKETS));
    assertEquals(16, counters.get(Counter.TX_BYTES));
  }

  @Test
  void aLongBatchGoesOutBeforeTheFlush() {
    for (int i = 0; i < 200; i++) {
      send(i);
    }
    List<byte[]> early = nic.takeTransmitted();
    output.flush();
    List<byte[]> all = new ArrayList<>(early);
    all.addAll(nic.takeTransmitted());
    assertEquals(192, early.size());
    assertEquals(upTo(200), numbers(all));
  }

  @Test
  void whatAFullRingRefusesGoesOutLaterInOrder() {
    nic.setTxRoom(3);
    for (int i = 0; i < 10; i++) {
      send(i);
    }
    output.flush();
    List<byte[]> all = new ArrayList<>(nic.takeTransmitted());
    assertEquals(7, output.backlogFrames());
    nic.setTxRoom(100);
    output.flush();
    all.addAll(nic.takeTransmitted());
    assertEquals(upTo(10), numbers(all));
    assertEquals(0, output.backlogFrames());
  }

  @Test
  void whatDoesNotFitIntoTheBacklogIsCountedAndFreed() {
    nic.setTxRoom(0);
    int excess = 5;
    for (int i = 0; i < EthernetOutput.BACKLOG_FRAMES + excess; i++) {
      send(i);
    }
    assertEquals(excess, counters.dropped(DropReason.TX_RING_FULL));
    assertEquals(EthernetOutput.BACKLOG_FRAMES, nic.buffersInUse());
    nic.setTxRoom(10_000);
    output.flush();
    assertEquals(upTo(EthernetOutput.BACKLOG_FRAMES), numbers(nic.takeTransmitted()));
    assertEquals(0, nic.buffersInUse());
  }

  @Test
  void discardingFreesTheBacklogAndCountsIt() {
    nic.setTxRoom(0);
    send(1);
    output.flush();
    output.discard(DropReason.LINK_DOWN);
    assertEquals(0, nic.buffersInUse());
    assertEquals(1, counters.dropped(DropReason.LINK_DOWN));
  }
}
