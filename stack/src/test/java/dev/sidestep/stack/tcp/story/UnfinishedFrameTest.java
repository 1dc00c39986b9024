package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.engine.ShardUnderTest;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.RecordingNic;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that a kernel on this host hands over before a device has finished them. */
class UnfinishedFrameTest {

  private static final long MAC = 0x0200_0000_0001L;
  private static final long PEER_MAC = 0x0200_0000_0002L;
  private static final int IP = Frames.ip("10.0.0.1");
  private static final int PEER_IP = Frames.ip("10.0.0.2");

  private final RecordingNic host = nic(true);
  private final ShardUnderTest shard = shard(host);

  private static RecordingNic nic(boolean receivesUnfinished) {
    return new RecordingNic(
        MAC, new NicCapabilities(1500, false, false, true, receivesUnfinished), 66_000);
  }

  private static ShardUnderTest shard(RecordingNic nic) {
    return new ShardUnderTest(
        TestClock.started(),
        nic,
        new InterfaceAddress(IpAddress.ofV4(IP), 24),
        TcpConfig.defaults(),
        new SocketMemory(Arena.ofAuto(), 1 << 20),
        new SplittableRandom(1),
        socket -> {});
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1460, 60_000})
  void aBegunChecksumIsBelievedWhereAKernelIsAtTheOtherEnd(int payloadBytes) {
    byte[] segment = segment(payloadBytes);
    host.inject(frame(segment, InternetChecksum.begun(pseudoHeader(segment.length))));
    shard.poll();
    assertEquals(0, shard.counters().dropped(DropReason.TCP_CHECKSUM));
    assertEquals(1, shard.counters().dropped(DropReason.TCP_NO_SOCKET), "reached TCP");
    assertEquals(1, shard.counters().get(Counter.TCP_CHECKSUMS_BEGUN));
  }

  @Test
  void aWholeChecksumIsChecked() {
    byte[] segment = segment(100);
    int checksum = wholeChecksum(segment);
    host.inject(frame(segment, checksum));
    host.inject(frame(segment, checksum ^ 1));
    shard.poll();
    assertEquals(1, shard.counters().dropped(DropReason.TCP_NO_SOCKET));
    assertEquals(1, shard.counters().dropped(DropReason.TCP_CHECKSUM));
    assertEquals(0, shard.counters().get(Counter.TCP_CHECKSUMS_BEGUN));
  }

  @Test
  void aChecksumBegunForAnotherLengthIsWrong() {
    byte[] segment = segment(100);
    host.inject(frame(segment, InternetChecksum.begun(pseudoHeader(segment.length - 1))));
    shard.poll();
    assertEquals(1, shard.counters().dropped(DropReason.TCP_CHECKSUM));
  }

  @Test
  void fromAWireNeitherABegunChecksumNorALargeFrameIsBelieved() {
    RecordingNic wire = nic(false);
    ShardUnderTest other = shard(wire);
    byte[] small = segment(100);
    byte[] large = segment(5000);
    wire.inject(frame(small, InternetChecksum.begun(pseudoHeader(small.length))));
    wire.inject(frame(large, wholeChecksum(large)));
    other.poll();
    assertEquals(1, other.counters().dropped(DropReason.TCP_CHECKSUM));
    assertEquals(1, other.counters().dropped(DropReason.FRAME_TOO_LONG));
  }

  private static byte[] segment(int payloadBytes) {
    byte[] segment = new byte[TcpHeader.MIN_LENGTH_BYTES + payloadBytes];
    TcpHeader.write(
        MemorySegment.ofArray(segment),
        0,
        1000,
        80,
        1,
        1,
        TcpHeader.MIN_LENGTH_BYTES,
        TcpHeader.ACK,
        100);
    for (int i = TcpHeader.MIN_LENGTH_BYTES; i < segment.length; i++) {
      segment[i] = (byte) i;
    }
    return segment;
  }

  private static long pseudoHeader(int lengthBytes) {
    return InternetChecksum.pseudoHeaderV4(PEER_IP, IP, IpProtocol.TCP, lengthBytes);
  }

  private static int wholeChecksum(byte[] segment) {
    MemorySegment memory = MemorySegment.ofArray(segment.clone());
    TcpHeader.setChecksum(memory, 0, 0);
    long sum = InternetChecksum.sum(memory, 0, segment.length);
    return InternetChecksum.checksum(pseudoHeader(segment.length) + sum);
  }

  private static byte[] frame(byte[] segment, int checksum) {
    byte[] copy = segment.clone();
    TcpHeader.setChecksum(MemorySegment.ofArray(copy), 0, checksum);
    byte[] packet = Frames.ipv4(IpProtocol.TCP, PEER_IP, IP, copy);
    return Frames.ethernet(MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, packet);
  }
}
