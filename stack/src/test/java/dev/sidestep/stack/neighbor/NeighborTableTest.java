package dev.sidestep.stack.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.neighbor.Neighbor.State;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.testing.RecordingNic;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NeighborTableTest {

  private static final long MAC = 0x0200_0000_0001L;
  private static final long PEER_MAC = 0x0200_0000_0002L;
  private static final long SECOND = 1_000_000_000L;

  private final ShardCounters counters = new ShardCounters();
  private final RecordingNic nic = new RecordingNic(MAC, 1500);
  private final EthernetOutput output = new EthernetOutput(nic, MAC, counters);
  private final List<Long> solicited = new ArrayList<>();
  private final List<Integer> unreachable = new ArrayList<>();
  private final NeighborTable table =
      new NeighborTable(
          EthernetHeader.TYPE_IPV4,
          output,
          (high, low, destinationMac) -> solicited.add(destinationMac),
          (packet, now) -> unreachable.add(packet.length()),
          counters);
  private final Neighbor peer = neighbor(1);
  private long nowNanos = 5 * SECOND;

  private Neighbor neighbor(int number) {
    Neighbor neighbor = table.findOrAdd(0, IpAddress.v4Low(number), nowNanos);
    if (neighbor == null) {
      throw new AssertionError("table full");
    }
    return neighbor;
  }

  /** Sends a packet whose length is its name. */
  private void send(Neighbor to, int lengthBytes) {
    table.send(nic.bufferOf(new byte[lengthBytes]), to, nowNanos);
  }

  private List<Integer> sentLengths() {
    output.flush();
    return nic.takeTransmitted().stream()
        .map(frame -> frame.length - EthernetHeader.LENGTH_BYTES)
        .toList();
  }

  private void pass(long nanos) {
    nowNanos += nanos;
    table.runTimers(nowNanos);
  }

  private void makeReachable() {
    send(peer, 1);
    table.learn(peer, PEER_MAC, true, nowNanos);
    assertEquals(List.of(1), sentLengths());
    solicited.clear();
  }

  @Test
  void keepsPacketsUntilTheAnswerAndSendsThemInOrder() {
    send(peer, 10);
    send(peer, 11);
    assertEquals(List.of(MacAddress.BROADCAST), solicited);
    assertEquals(State.INCOMPLETE, peer.state());
    assertEquals(List.of(), sentLengths());
    table.learn(peer, PEER_MAC, true, nowNanos);
    assertEquals(State.REACHABLE, peer.state());
    assertEquals(List.of(10, 11), sentLengths());
    assertEquals(0, table.queuedPackets());
  }

  @Test
  void addressesFramesToTheNeighbour() {
    makeReachable();
    send(peer, 20);
    output.flush();
    MemorySegment frame = MemorySegment.ofArray(nic.takeTransmitted().getFirst());
    assertEquals(PEER_MAC, EthernetHeader.destination(frame, 0));
    assertEquals(MAC, EthernetHeader.source(frame, 0));
    assertEquals(EthernetHeader.TYPE_IPV4, EthernetHeader.type(frame, 0));
  }

  @Test
  void givesUpAfterThreeQuestionsAndTellsAboutEachPacket() {
    send(peer, 10);
    send(peer, 11);
    assertEquals(nowNanos + SECOND, table.nextDeadlineNanos());
    pass(SECOND);
    pass(SECOND);
    assertEquals(3, solicited.size());
    assertEquals(List.of(), unreachable);
    pass(SECOND);
    assertEquals(3, solicited.size());
    assertEquals(List.of(10, 11), unreachable);
    assertEquals(2, counters.dropped(DropReason.NEIGHBOR_UNREACHABLE));
    assertEquals(0, nic.buffersInUse());
    assertEquals(Long.MAX_VALUE, table.nextDeadlineNanos());
  }

  @Test
  void asksAnewWhenSomethingIsSentAfterAFailure() {
    send(peer, 10);
    for (int i = 0; i < 3; i++) {
      pass(SECOND);
    }
    solicited.clear();
    send(peer, 12);
    assertEquals(List.of(MacAddress.BROADCAST), solicited);
    table.learn(peer, PEER_MAC, true, nowNanos);
    assertEquals(List.of(12), sentLengths());
  }

  @Test
  void doesNothingBeforeTheDeadline() {
    send(peer, 10);
    pass(SECOND - 1);
    assertEquals(1, solicited.size());
  }

  @Test
  void theOldestPacketMakesRoomForTheNewest() {
    for (int i = 0; i < NeighborTable.MAX_QUEUED_PER_NEIGHBOR + 2; i++) {
      send(peer, 100 + i);
    }
    assertEquals(2, counters.dropped(DropReason.NEIGHBOR_QUEUE_FULL));
    table.learn(peer, PEER_MAC, true, nowNanos);
    List<Integer> sent = sentLengths();
    assertEquals(102, sent.getFirst());
    assertEquals(101 + NeighborTable.MAX_QUEUED_PER_NEIGHBOR, sent.getLast());
    assertEquals(0, nic.buffersInUse());
  }

  @Test
  void waitingPacketsAreBoundedOverTheWholeTable() {
    for (int i = 0; i < 20; i++) {
      for (int j = 0; j < 30; j++) {
        send(neighbor(10 + i), 50);
      }
    }
    assertEquals(NeighborTable.MAX_QUEUED, table.queuedPackets());
    assertEquals(NeighborTable.MAX_QUEUED, nic.buffersInUse());
    assertEquals(600 - NeighborTable.MAX_QUEUED, counters.dropped(DropReason.NEIGHBOR_QUEUE_FULL));
    table.discard();
    assertEquals(0, nic.buffersInUse());
  }

  @Test
  void asksTheNeighbourItselfWhenNothingWasHeardForLong() {
    makeReachable();
    nowNanos += NeighborTable.REACHABLE_NANOS + 1;
    send(peer, 20);
    assertEquals(State.DELAY, peer.state());
    assertEquals(List.of(20), sentLengths());
    assertEquals(List.of(), solicited);
    pass(NeighborTable.DELAY_NANOS);
    assertEquals(State.PROBE, peer.state());
    assertEquals(List.of(PEER_MAC), solicited);
    send(peer, 21);
    assertEquals(List.of(21), sentLengths());
    table.learn(peer, PEER_MAC, true, nowNanos);
    assertEquals(State.REACHABLE, peer.state());
  }

  @Test
  void progressOfTheLayersAboveMakesProbingNeedless() {
    makeReachable();
    nowNanos += NeighborTable.REACHABLE_NANOS + 1;
    send(peer, 20);
    peer.confirm(nowNanos);
    pass(NeighborTable.DELAY_NANOS);
    assertEquals(State.REACHABLE, peer.state());
    assertEquals(List.of(), solicited);
  }

  @Test
  void aNeighbourThatStoppedAnsweringIsForgottenAfterThreeProbes() {
    makeReachable();
    nowNanos += NeighborTable.REACHABLE_NANOS + 1;
    send(peer, 20);
    pass(NeighborTable.DELAY_NANOS);
    pass(SECOND);
    pass(SECOND);
    pass(SECOND);
    assertEquals(List.of(PEER_MAC, PEER_MAC, PEER_MAC), solicited);
    assertEquals(State.UNRESOLVED, peer.state());
    send(peer, 21);
    assertEquals(State.INCOMPLETE, peer.state());
  }

  @Test
  void aPulledCableMakesItAskAnewButLeavesWhoeverWaitsWaiting() {
    makeReachable();
    Neighbor awaited = neighbor(2);
    send(awaited, 20);
    table.forgetResolved();
    assertEquals(State.UNRESOLVED, peer.state());
    assertEquals(State.INCOMPLETE, awaited.state());
    assertEquals(1, table.queuedPackets());
    send(peer, 21);
    assertEquals(List.of(), sentLengths());
    pass(SECOND);
    pass(SECOND);
    pass(SECOND);
    assertEquals(Set.of(20, 21), Set.copyOf(unreachable));
  }

  @Test
  void aFullTableForgetsWhatNobodyUsesAndKeepsWhatIsInUse() {
    makeReachable();
    for (int i = 2; i <= NeighborTable.MAX_ENTRIES + 500; i++) {
      table.learn(neighbor(i), PEER_MAC + i, false, nowNanos);
    }
    assertEquals(NeighborTable.MAX_ENTRIES, table.size());
    assertFalse(peer.isRemoved());
    assertEquals(peer, table.find(0, IpAddress.v4Low(1)));
  }

  @Test
  void aTableFullOfNeighboursInUseRefusesMore() {
    for (int i = 2; i <= NeighborTable.MAX_ENTRIES; i++) {
      Neighbor neighbor = neighbor(i);
      table.learn(neighbor, PEER_MAC + i, false, nowNanos);
      send(neighbor, 1);
      var unused = sentLengths();
    }
    makeReachable();
    assertNull(table.findOrAdd(0, IpAddress.v4Low(5000), nowNanos));
    nowNanos += NeighborTable.UNUSED_NANOS + NeighborTable.DELAY_NANOS + (4 * SECOND);
    for (int i = 0; i < 4; i++) {
      pass(SECOND);
    }
    Neighbor late = neighbor(5000);
    assertFalse(late.isRemoved());
    assertEquals(NeighborTable.MAX_ENTRIES, table.size());
  }

  @Test
  void anEvictedNeighbourSaysSo() {
    for (int i = 2; i <= NeighborTable.MAX_ENTRIES; i++) {
      send(neighbor(i), 1);
      table.learn(neighbor(i), PEER_MAC, true, nowNanos);
      var unused = sentLengths();
    }
    Neighbor added = neighbor(5000);
    assertTrue(peer.isRemoved());
    assertEquals(added, table.find(0, IpAddress.v4Low(5000)));
    assertNull(table.find(0, IpAddress.v4Low(1)));
  }
}
