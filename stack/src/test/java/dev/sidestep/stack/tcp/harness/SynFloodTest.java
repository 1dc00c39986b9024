package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.engine.ShardUnderTest;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.ArenaPacketPool;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.Ipv4Header;
import dev.sidestep.stack.wire.ParsedTcpOptions;
import dev.sidestep.stack.wire.TcpHeader;
import dev.sidestep.stack.wire.TcpOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A flood of SYNs from ends that do not exist, and clients that want to connect meanwhile. */
class SynFloodTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final long MAC = 0x0200_0000_0001L;
  private static final int IP = 10 << 24 | 1;
  private static final int CLIENT_IP = 10 << 24 | 2;
  private static final int PORT = 80;
  private static final int BATCH = 10_000;
  private static final int QUIET_BATCHES = 5;
  private static final int MOST_BATCHES = 100;
  private static final int FIRST_CLIENT_PORT = 10_000;
  private static final int IP_AT = EthernetHeader.LENGTH_BYTES;
  private static final int TCP_AT = IP_AT + Ipv4Header.MIN_LENGTH_BYTES;

  private final SplittableRandom random = new SplittableRandom(7);
  private final TestClock clock = TestClock.started();
  private final FloodedNic nic = new FloodedNic();
  private final SocketMemory memory = new SocketMemory(Arena.ofAuto(), 16 << 20);
  private final ShardUnderTest shard =
      new ShardUnderTest(
          clock,
          nic,
          new InterfaceAddress(IpAddress.ofV4(IP), 8),
          TcpConfig.defaults(),
          memory,
          random,
          socket -> {});
  private final ListenSocket listener = new ListenSocket(shard.owner(), 4096);

  /** A SYN-ACK that a client has got, and when its ACK arrives. */
  private record Answer(long dueNanos, int port, int seq, int ack, int timestamp) {}

  private final Queue<Answer> answers = new ArrayDeque<>();
  private long roundTripNanos;

  private void listen() {
    listener.setLocal(IpAddress.ofV4(IP), PORT);
    listener.submit(Command.LISTEN);
  }

  /**
   * Not at once: where compiled code comes to a branch for the first time the JVM resolves what the
   * branch names, and that allocates on this thread.
   */
  @Test
  void aFloodAllocatesNothing() {
    listen();
    List<Long> allocatedBytes = new ArrayList<>();
    int quiet = 0;
    while (quiet < QUIET_BATCHES && allocatedBytes.size() < MOST_BATCHES) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      flood(BATCH);
      long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      quiet = bytes == 0 ? quiet + 1 : 0;
      allocatedBytes.add(bytes);
    }
    assertEquals(QUIET_BATCHES, quiet, () -> "bytes for a batch of SYNs each: " + allocatedBytes);
    int syns = BATCH * allocatedBytes.size();
    assertEquals(
        syns - TcpConfig.defaults().maxHalfOpen(),
        shard.counters().get(Counter.TCP_SYN_COOKIES_SENT));
    assertEquals(syns, nic.transmitted);
    assertEquals(0, memory.usedBytes());
  }

  private void flood(int syns) {
    for (int i = 0; i < syns; i++) {
      forgedSyn();
      shard.poll();
    }
  }

  @Test
  void whoIsFarAwayIsServedBesideAFloodThatHasFilledTheTable() {
    int clients = 200;
    int forgedPerMilli = 60;
    roundTripNanos = TestClock.millis(60);
    listen();
    int milli = 0;
    int accepted = 0;
    // The flood comes first, so that its SYNs have taken all places.
    int before = TcpConfig.defaults().maxHalfOpen() / forgedPerMilli + 1;
    while (milli < before + clients + 100) {
      for (int i = 0; i < forgedPerMilli; i++) {
        forgedSyn();
        shard.poll();
      }
      if (milli >= before && milli < before + clients) {
        clientSyn(FIRST_CLIENT_PORT + milli - before);
      }
      acknowledge();
      shard.poll();
      accepted += accept();
      clock.advance(TestClock.millis(1));
      milli++;
    }
    assertEquals(clients, accepted);
    assertEquals(clients, shard.counters().get(Counter.TCP_SYN_COOKIES_RECEIVED));
    assertTrue(answers.isEmpty());
  }

  private int accept() {
    int count = 0;
    for (StreamSocket next = listener.accept(); next != null; next = listener.accept()) {
      count++;
    }
    return count;
  }

  private void acknowledge() {
    Answer next = answers.peek();
    while (next != null && next.dueNanos() <= clock.getAsLong()) {
      answers.remove();
      segment(CLIENT_IP, next.port(), next.ack(), next.seq() + 1, TcpHeader.ACK, next.timestamp());
      next = answers.peek();
    }
  }

  private void forgedSyn() {
    int source = 10 << 24 | 1 << 23 | random.nextInt(1 << 23);
    segment(source, 1024 + random.nextInt(60_000), random.nextInt(), 0, TcpHeader.SYN, 0);
  }

  private void clientSyn(int port) {
    segment(CLIENT_IP, port, random.nextInt(), 0, TcpHeader.SYN, 0);
  }

  private void segment(int source, int port, int seq, int ack, int flags, int timestampEcho) {
    PacketBuffer frame = Objects.requireNonNull(nic.pool.allocate());
    boolean syn = flags == TcpHeader.SYN;
    int optionBytes =
        syn ? TcpOptions.synLength(true, true, 7) : TcpOptions.TIMESTAMPS_LENGTH_BYTES;
    int tcpBytes = TcpHeader.MIN_LENGTH_BYTES + optionBytes;
    int at = frame.append(TCP_AT + tcpBytes);
    MemorySegment bytes = frame.memory();
    EthernetHeader.write(bytes, at, MAC, MAC + 1, EthernetHeader.TYPE_IPV4);
    Ipv4Header.write(
        bytes,
        at + IP_AT,
        0,
        Ipv4Header.MIN_LENGTH_BYTES + tcpBytes,
        0,
        Ipv4Header.DONT_FRAGMENT,
        64,
        IpProtocol.TCP,
        source,
        IP);
    TcpHeader.write(bytes, at + TCP_AT, port, PORT, seq, ack, tcpBytes, flags, 0xffff);
    int options = at + TCP_AT + TcpHeader.MIN_LENGTH_BYTES;
    int now = (int) (clock.getAsLong() / 1_000_000);
    if (syn) {
      TcpOptions.writeSyn(bytes, options, 1460, true, true, now, 0, 7);
    } else {
      TcpOptions.writeTimestamps(bytes, options, now, timestampEcho);
    }
    long sum =
        InternetChecksum.pseudoHeaderV4(source, IP, IpProtocol.TCP, tcpBytes)
            + InternetChecksum.sum(bytes, at + TCP_AT, tcpBytes);
    TcpHeader.setChecksum(bytes, at + TCP_AT, InternetChecksum.checksum(sum));
    nic.received.add(frame);
  }

  /** A link with one other station on it, who notes the answers to the clients. */
  private final class FloodedNic implements NicDevice, NicQueue {

    private final ArenaPacketPool pool = new ArenaPacketPool(Arena.ofAuto(), 256, 2048);
    private final ArrayDeque<PacketBuffer> received = new ArrayDeque<>();
    private final ParsedTcpOptions options = new ParsedTcpOptions();
    private int transmitted;

    @Override
    public int rxBurst(PacketBuffer[] into) {
      int count = Math.min(into.length, received.size());
      for (int i = 0; i < count; i++) {
        into[i] = received.remove();
      }
      return count;
    }

    @Override
    public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
      for (int i = fromIndex; i < fromIndex + count; i++) {
        transmitted++;
        note(frames[i].memory(), frames[i].offset());
        frames[i].free();
      }
      return count;
    }

    private void note(MemorySegment bytes, int at) {
      int tcp = at + TCP_AT;
      if (Ipv4Header.destination(bytes, at + IP_AT) == CLIENT_IP
          && TcpHeader.flags(bytes, tcp) == (TcpHeader.SYN | TcpHeader.ACK)) {
        int optionBytes = TcpHeader.headerLength(bytes, tcp) - TcpHeader.MIN_LENGTH_BYTES;
        TcpOptions.parse(bytes, tcp + TcpHeader.MIN_LENGTH_BYTES, optionBytes, options);
        answers.add(
            new Answer(
                clock.getAsLong() + roundTripNanos,
                TcpHeader.destinationPort(bytes, tcp),
                TcpHeader.seq(bytes, tcp),
                TcpHeader.ack(bytes, tcp),
                options.timestampValue));
      }
    }

    @Override
    public PacketPool pool() {
      return pool;
    }

    @Override
    public String name() {
      return "flooded";
    }

    @Override
    public long macAddress() {
      return MAC;
    }

    @Override
    public NicCapabilities capabilities() {
      return new NicCapabilities(1500, false, false, false);
    }

    @Override
    public int queueCount() {
      return 1;
    }

    @Override
    public NicQueue queue(int index) {
      return this;
    }

    @Override
    public boolean linkUp() {
      return true;
    }

    @Override
    public void close() {}
  }
}
