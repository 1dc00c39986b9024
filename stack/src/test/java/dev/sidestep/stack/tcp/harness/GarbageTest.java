package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.engine.ShardUnderTest;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.StreamSocket;
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
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random and malformed frames, many of them with right checksums and to a listener's port: nothing
 * is thrown, nothing leaks, and no more is sent than was received.
 */
class GarbageTest {

  private static final int FRAMES = 300_000;
  private static final int MANY_FRAMES = 65_000_000;

  private static final long MAC = 0x0200_0000_0001L;
  private static final long PEER_MAC = 0x0200_0000_0002L;
  private static final int IP = Frames.ip("10.0.0.1");
  private static final int NETWORK = Frames.ip("10.0.0.0");
  private static final int PORT = 80;

  /** What one poll takes for certain. */
  private static final int BATCH = 32;

  /** So long that every half-open connection and every unknown neighbour has been given up. */
  private static final int SECONDS_TO_GIVE_UP = 200;

  private final SplittableRandom random = new SplittableRandom(6);
  private final TestClock clock = TestClock.started();
  private final RecordingNic nic =
      new RecordingNic(MAC, new NicCapabilities(1500, false, false, true, true));
  private final SocketMemory memory = new SocketMemory(Arena.ofAuto(), 16 << 20);
  private final ShardUnderTest shard =
      new ShardUnderTest(
          clock,
          nic,
          new InterfaceAddress(IpAddress.ofV4(IP), 24),
          TcpConfig.defaults(),
          memory,
          random,
          socket -> {});
  private final ListenSocket listener = new ListenSocket(shard.owner(), 4096);
  private long sent;

  @Test
  void garbageIsHarmless() {
    receiveGarbage(FRAMES);
  }

  @Test
  @Tag("long")
  void muchGarbageIsHarmless() {
    receiveGarbage(MANY_FRAMES);
  }

  private void receiveGarbage(int frames) {
    listener.setLocal(IpAddress.ofV4(IP), PORT);
    listener.submit(Command.LISTEN);
    for (int i = 0; i < frames; i += BATCH) {
      for (int j = 0; j < BATCH; j++) {
        nic.inject(garbage());
      }
      clock.advance(BATCH * 3_000L);
      shard.poll();
      sent += nic.takeTransmitted().size();
      closeAccepted();
    }
    assertTrue(sent <= 2L * frames, "frames sent: " + sent);
    assertTrue(shard.counters().get(Counter.TCP_SEGMENTS_RECEIVED) > frames / 4);
    assertNothingIsLeft();
  }

  private void closeAccepted() {
    StreamSocket accepted = listener.accept();
    while (accepted != null) {
      accepted.close();
      accepted = listener.accept();
    }
  }

  private void assertNothingIsLeft() {
    for (int i = 0; i < SECONDS_TO_GIVE_UP; i++) {
      clock.advance(TestClock.seconds(1));
      shard.poll();
      nic.takeTransmitted();
    }
    assertEquals(0, shard.counters().dropped(DropReason.INTERNAL_ERROR));
    assertEquals(0, shard.tcp().connectionCount());
    assertEquals(0, nic.buffersInUse());
    assertEquals(0, memory.usedBytes());
  }

  private byte[] garbage() {
    return switch (random.nextInt(8)) {
      case 0 -> bytes(random.nextInt(100));
      case 1 -> Frames.ethernet(MAC, PEER_MAC, anyType(), bytes(random.nextInt(100)));
      case 2 -> anyIpv4();
      case 3 -> damaged(segment());
      case 4 -> cut(segment());
      default -> segment();
    };
  }

  private int anyType() {
    return random.nextBoolean() ? EthernetHeader.TYPE_ARP : EthernetHeader.TYPE_IPV4;
  }

  /** Anything at all behind a right header. */
  private byte[] anyIpv4() {
    int source = NETWORK | random.nextInt(256);
    byte[] packet = Frames.ipv4(random.nextInt(20), source, IP, bytes(random.nextInt(100)));
    return Frames.ethernet(MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, packet);
  }

  private byte[] damaged(byte[] frame) {
    for (int i = random.nextInt(4); i >= 0; i--) {
      frame[random.nextInt(frame.length)] = (byte) random.nextInt();
    }
    return frame;
  }

  private byte[] cut(byte[] frame) {
    return Arrays.copyOf(frame, random.nextInt(frame.length + 1));
  }

  /** A segment with random flags, numbers and options, from few ends so that they meet again. */
  private byte[] segment() {
    int source = NETWORK | (2 + random.nextInt(4));
    int optionBytes = 4 * random.nextInt(11);
    byte[] segment = bytes(TcpHeader.MIN_LENGTH_BYTES + optionBytes + random.nextInt(64));
    MemorySegment view = MemorySegment.ofArray(segment);
    TcpHeader.write(
        view,
        0,
        1024 + random.nextInt(4096),
        random.nextInt(4) == 0 ? random.nextInt(65_536) : PORT,
        random.nextInt(16),
        random.nextInt(),
        TcpHeader.MIN_LENGTH_BYTES + optionBytes,
        random.nextInt(3) == 0 ? random.nextInt(256) : TcpHeader.SYN,
        random.nextInt(65_536));
    long sum =
        InternetChecksum.pseudoHeaderV4(source, IP, IpProtocol.TCP, segment.length)
            + InternetChecksum.sum(view, 0, segment.length);
    TcpHeader.setChecksum(view, 0, InternetChecksum.checksum(sum));
    byte[] packet = Frames.ipv4(IpProtocol.TCP, source, IP, segment);
    return Frames.ethernet(MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, packet);
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
