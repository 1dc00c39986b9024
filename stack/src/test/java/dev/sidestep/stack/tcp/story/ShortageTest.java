package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.engine.ShardUnderTest;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.RecordingNic;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A shortage on our own side is not a loss on the network: what could not be sent is sent as soon
 * as there is room, in order, and no timer of its has backed off meanwhile.
 */
class ShortageTest {

  private static final long MAC = 0x0200_0000_0001L;
  private static final long PEER_MAC = 0x0200_0000_0002L;
  private static final int IP = Frames.ip("10.0.0.1");
  private static final int PEER_IP = Frames.ip("10.0.0.2");
  private static final int TCP_OFFSET = 34;
  private static final int PEER_PORT = 80;
  private static final int LISTENING_PORT = 7;
  private static final int CLIENT_PORT = 5000;

  /** More than the device's backlog and the neighbour's queue take. */
  private static final int CONNECTIONS = 600;

  /** What TCP may leave with the device for later. */
  private static final int BACKLOG = EthernetOutput.BACKLOG_FRAMES / 2;

  private final TestClock clock = TestClock.started();
  private final RecordingNic nic = new RecordingNic(MAC, 1500);
  private final SocketMemory memory = new SocketMemory(Arena.ofAuto(), 64 << 20);
  private final ShardUnderTest shard =
      new ShardUnderTest(
          clock,
          nic,
          new InterfaceAddress(IpAddress.ofV4(IP), 24),
          TcpConfig.defaults(),
          memory,
          new SplittableRandom(1),
          socket -> {});
  private final List<Integer> synPorts = new ArrayList<>();
  private int otherSegments;
  private int synAckSeq;

  @Test
  void synsThatFindTheRingFullLeaveAsSoonAsThereIsRoomAndInOrder() {
    introducePeer();
    nic.setTxRoom(0);
    connectAll();
    assertEquals(0, take());
    clock.advance(TestClock.millis(500));
    nic.setTxRoom(Integer.MAX_VALUE);
    shard.poll();
    shard.poll();
    take();
    assertEquals(ports(), synPorts);
    assertEquals(0, shard.counters().get(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void aSynThatWasNotSentForSecondsStartsItsTimerWhenItIs() {
    introducePeer();
    nic.setTxRoom(0);
    connectAll();
    for (int i = 0; i < 3; i++) {
      clock.advance(TestClock.seconds(1));
      shard.poll();
    }
    nic.setTxRoom(Integer.MAX_VALUE);
    shard.poll();
    shard.poll();
    take();
    int last = synPorts.lastIndexOf(CONNECTIONS);
    assertEquals(last, synPorts.indexOf(CONNECTIONS), "sent once");
    synPorts.clear();
    clock.advance(TestClock.seconds(1));
    shard.poll();
    shard.poll();
    take();
    assertEquals(1, synPorts.stream().filter(port -> port == CONNECTIONS).count());
  }

  @Test
  void synsToANeighbourThatIsStillAskedForWaitForTheAnswer() {
    connectAll();
    shard.poll();
    assertEquals(0, take());
    clock.advance(TestClock.millis(100));
    introducePeer();
    for (int i = 0; i < 20; i++) {
      shard.poll();
    }
    take();
    assertEquals(ports(), synPorts);
    assertEquals(0, shard.counters().dropped(DropReason.NEIGHBOR_QUEUE_FULL));
    assertEquals(0, shard.counters().get(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void anAnswerToASynWaitsForRoom() {
    introducePeer();
    ListenSocket listener = new ListenSocket(shard.owner(), 4096);
    listener.setLocal(IpAddress.ofV4(IP), 7);
    listener.submit(Command.LISTEN);
    nic.setTxRoom(0);
    for (int port = 1; port <= CONNECTIONS; port++) {
      nic.inject(segment(port, 7, 1000, 0, TcpHeader.SYN));
      shard.poll();
    }
    clock.advance(TestClock.millis(900));
    nic.setTxRoom(Integer.MAX_VALUE);
    shard.poll();
    shard.poll();
    take();
    assertEquals(CONNECTIONS, otherSegments, "SYN-ACKs");
    // The timers of those that waited count from now, not so of those in the device's backlog.
    clock.advance(TestClock.millis(200));
    shard.poll();
    shard.poll();
    assertEquals(BACKLOG, take());
    assertEquals(BACKLOG, shard.counters().get(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void aRetransmissionThatFindsNoRoomLeavesAsSoonAsThereIsAndIsOneTimeout() {
    introducePeer();
    StreamSocket socket = accepted();
    assertEquals(100, socket.write(ByteBuffer.allocate(100)));
    shard.poll();
    nic.takeTransmitted();
    nic.setTxRoom(0);
    connectAll();
    clock.advance(TestClock.millis(250));
    shard.poll();
    clock.advance(TestClock.millis(700));
    shard.poll();
    assertEquals(1, shard.counters().get(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    assertEquals(0, shard.counters().get(Counter.TCP_RETRANSMITTED_SEGMENTS));
    nic.setTxRoom(Integer.MAX_VALUE);
    shard.poll();
    shard.poll();
    take();
    assertEquals(1, otherSegments, "the retransmission");
    assertEquals(1, shard.counters().get(Counter.TCP_RETRANSMITTED_SEGMENTS));
    // The next timeout counts from when it left, with a timer that has backed off once.
    clock.advance(TestClock.millis(350));
    shard.poll();
    assertEquals(1, shard.counters().get(Counter.TCP_RETRANSMISSION_TIMEOUTS));
  }

  @Test
  void aRetransmissionThatIsAcknowledgedWhileItWaitsIsForgotten() {
    introducePeer();
    StreamSocket socket = accepted();
    assertEquals(100, socket.write(ByteBuffer.allocate(100)));
    shard.poll();
    nic.takeTransmitted();
    nic.setTxRoom(0);
    connectAll();
    clock.advance(TestClock.millis(250));
    shard.poll();
    assertEquals(1, shard.counters().get(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    nic.inject(segment(CLIENT_PORT, LISTENING_PORT, 1001, synAckSeq + 101, TcpHeader.ACK));
    shard.poll();
    nic.setTxRoom(Integer.MAX_VALUE);
    shard.poll();
    shard.poll();
    take();
    assertEquals(0, otherSegments);
    assertEquals(0, shard.counters().get(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void acksAndResetsFindRoomWhereTextHasUsedUpItsOwn() {
    introducePeer();
    accepted();
    nic.setTxRoom(0);
    connectAll();
    nic.inject(text(CLIENT_PORT, LISTENING_PORT, 1001, synAckSeq + 1));
    nic.inject(segment(CLIENT_PORT, 9, 5, 6, TcpHeader.ACK));
    shard.poll();
    nic.setTxRoom(BACKLOG + 2);
    shard.poll();
    take();
    assertEquals(2, otherSegments, "ACK and RST");
    assertEquals(1, shard.counters().get(Counter.TCP_RESETS_SENT));
  }

  @Test
  void acksAreSentFromBuffersThatTextMayNotUse() {
    introducePeer();
    StreamSocket socket = accepted();
    List<PacketBuffer> held = new ArrayList<>();
    while (nic.pool().hasSpare()) {
      held.add(Objects.requireNonNull(nic.pool().allocate()));
    }
    assertEquals(100, socket.write(ByteBuffer.allocate(100)));
    nic.inject(text(CLIENT_PORT, LISTENING_PORT, 1001, synAckSeq + 1));
    shard.poll();
    assertEquals(1, take(), "the ACK");
    held.removeLast().free();
    held.removeLast().free();
    shard.poll();
    assertEquals(1, take(), "the text");
    held.forEach(PacketBuffer::free);
  }

  /** A connection that the peer has opened. */
  private StreamSocket accepted() {
    ListenSocket listener = new ListenSocket(shard.owner(), 4096);
    listener.setLocal(IpAddress.ofV4(IP), LISTENING_PORT);
    listener.submit(Command.LISTEN);
    nic.inject(segment(CLIENT_PORT, LISTENING_PORT, 1000, 0, TcpHeader.SYN));
    shard.poll();
    byte[] synAck = nic.takeTransmitted().getFirst();
    synAckSeq = TcpHeader.seq(MemorySegment.ofArray(synAck), TCP_OFFSET);
    nic.inject(segment(CLIENT_PORT, LISTENING_PORT, 1001, synAckSeq + 1, TcpHeader.ACK));
    shard.poll();
    return Objects.requireNonNull(listener.accept());
  }

  @Test
  void garbageIsTakenOffTheRingInOnePollButNotForEver() {
    byte[] garbage = Frames.ethernet(PEER_MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, new byte[46]);
    for (int i = 0; i < 500; i++) {
      nic.inject(garbage);
    }
    shard.poll();
    assertEquals(320, shard.counters().get(Counter.RX_PACKETS));
    shard.poll();
    assertEquals(500, shard.counters().get(Counter.RX_PACKETS));
    assertEquals(500, shard.counters().dropped(DropReason.ETHERNET_OTHER_HOST));
  }

  private void introducePeer() {
    nic.inject(
        Frames.ethernet(
            MAC,
            PEER_MAC,
            EthernetHeader.TYPE_ARP,
            Frames.arp(ArpHeader.REPLY, PEER_MAC, PEER_IP, MAC, IP)));
    nic.inject(
        Frames.ethernet(
            MAC,
            PEER_MAC,
            EthernetHeader.TYPE_ARP,
            Frames.arp(ArpHeader.REQUEST, PEER_MAC, PEER_IP, 0, IP)));
    shard.poll();
    take();
  }

  private void connectAll() {
    for (int port = 1; port <= CONNECTIONS; port++) {
      StreamSocket socket = new StreamSocket(shard.owner(), memory, 65_536, 65_536);
      socket.setLocal(IpAddress.ofV4(IP), port);
      socket.connect(IpAddress.ofV4(PEER_IP), PEER_PORT);
    }
  }

  private static List<Integer> ports() {
    return IntStream.rangeClosed(1, CONNECTIONS).boxed().toList();
  }

  private static byte[] text(int from, int to, int seq, int ack) {
    return segment(from, to, seq, ack, TcpHeader.ACK | TcpHeader.PSH, 10);
  }

  private static byte[] segment(int from, int to, int seq, int ack, int flags) {
    return segment(from, to, seq, ack, flags, 0);
  }

  private static byte[] segment(int from, int to, int seq, int ack, int flags, int textBytes) {
    byte[] segment = new byte[TcpHeader.MIN_LENGTH_BYTES + textBytes];
    TcpHeader.write(
        MemorySegment.ofArray(segment),
        0,
        from,
        to,
        seq,
        ack,
        TcpHeader.MIN_LENGTH_BYTES,
        flags,
        0xffff);
    MemorySegment memory = MemorySegment.ofArray(segment);
    long sum =
        InternetChecksum.pseudoHeaderV4(PEER_IP, IP, IpProtocol.TCP, segment.length)
            + InternetChecksum.sum(memory, 0, segment.length);
    TcpHeader.setChecksum(memory, 0, InternetChecksum.checksum(sum));
    byte[] packet = Frames.ipv4(IpProtocol.TCP, PEER_IP, IP, segment);
    return Frames.ethernet(MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, packet);
  }

  /** Notes what was sent; returns how many TCP segments it was. */
  private int take() {
    int count = 0;
    for (byte[] frame : nic.takeTransmitted()) {
      MemorySegment memory = MemorySegment.ofArray(frame);
      if (EthernetHeader.type(memory, 0) == EthernetHeader.TYPE_IPV4) {
        count++;
        if (TcpHeader.flags(memory, TCP_OFFSET) == TcpHeader.SYN) {
          synPorts.add(TcpHeader.sourcePort(memory, TCP_OFFSET));
        } else {
          otherSegments++;
        }
      }
    }
    return count;
  }
}
