package dev.sidestep.stack.testing;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ip.IpOutput;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcbSnapshot;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.tcp.TcpStack;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.Ipv4Header;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A TCP stack on one end of a link whose only other inhabitant is the other end: there is nothing
 * to resolve and nothing to route, so what a test sees is TCP alone. Polled by the test; commands
 * of the application are carried out at once, as by a shard nobody else owns.
 */
public final class TcpHost implements SocketOwner {

  private static final int BURST = 32;
  private static final int TIME_TO_LIVE = 64;
  private static final long SOCKET_MEMORY_BYTES = 64L << 20;

  private final TestClock clock;
  private final NicDevice device;
  private final NicQueue queue;
  private final IpAddress address;
  private final long peerMac;
  private final TcpConfig config;
  private final SocketMemory memory = new SocketMemory(Arena.ofAuto(), SOCKET_MEMORY_BYTES);
  private final ShardCounters counters = new ShardCounters();
  private final IpPacket ipPacket = new IpPacket();
  private final PacketBuffer[] received = new PacketBuffer[BURST];
  private final PointToPoint ip = new PointToPoint();
  private final TcpStack tcp;
  private int releasedSockets;

  /**
   * A host with {@code address} on {@code device}.
   *
   * @param seed of everything random in the stack
   */
  public TcpHost(
      TestClock clock,
      NicDevice device,
      IpAddress address,
      long peerMac,
      TcpConfig config,
      long seed) {
    this.clock = clock;
    this.device = device;
    this.queue = device.queue(0);
    this.address = address;
    this.peerMac = peerMac;
    this.config = config;
    this.tcp = new TcpStack(config, ip, memory, this, counters, new SplittableRandom(seed));
  }

  /** The host's own address. */
  public IpAddress address() {
    return address;
  }

  /** One round of the poll loop. */
  public void poll() {
    int count = queue.rxBurst(received);
    for (int i = 0; i < count; i++) {
      receive(received[i]);
      received[i].free();
    }
    tcp.runTimers(clock.nanos());
    tcp.flush(clock.nanos());
    ip.transmit();
  }

  private void receive(PacketBuffer frame) {
    MemorySegment memory = frame.memory();
    int at = frame.offset() + EthernetHeader.LENGTH_BYTES;
    int length = frame.length() - EthernetHeader.LENGTH_BYTES;
    boolean whole =
        length >= 0
            && EthernetHeader.type(memory, frame.offset()) == EthernetHeader.TYPE_IPV4
            && Ipv4Header.validate(memory, at, length) == DropReason.NONE
            && Ipv4Header.hasValidChecksum(memory, at);
    if (!whole
        || Ipv4Header.destination(memory, at) != address.v4()
        || Ipv4Header.protocol(memory, at) != Ipv4Header.PROTOCOL_TCP) {
      return;
    }
    ipPacket.sourceHigh = 0;
    ipPacket.sourceLow = IpAddress.v4Low(Ipv4Header.source(memory, at));
    ipPacket.destinationHigh = address.high();
    ipPacket.destinationLow = address.low();
    ipPacket.protocol = Ipv4Header.PROTOCOL_TCP;
    ipPacket.hopLimit = Ipv4Header.timeToLive(memory, at);
    ipPacket.trafficClass = Ipv4Header.typeOfService(memory, at);
    ipPacket.headerOffset = at;
    ipPacket.payloadOffset = at + Ipv4Header.headerLength(memory, at);
    ipPacket.payloadLength =
        Ipv4Header.totalLength(memory, at) - Ipv4Header.headerLength(memory, at);
    tcp.receive(frame, ipPacket, clock.nanos());
  }

  /** When the stack wants to be polled even if nothing arrives. */
  public long nextDeadlineNanos() {
    return tcp.nextDeadlineNanos();
  }

  /** A new socket, bound to {@code port}, on its way to the peer. */
  public StreamSocket connect(int port, IpAddress remote, int remotePort) {
    StreamSocket socket = open(port);
    socket.connect(remote, remotePort);
    return socket;
  }

  /** A new socket, bound to {@code port}; its options can still be set. */
  public StreamSocket open(int port) {
    StreamSocket socket =
        new StreamSocket(this, memory, config.receiveBufferBytes(), config.sendBufferBytes());
    socket.setLocal(address, port);
    return socket;
  }

  /** A listener on {@code port}. */
  public ListenSocket listen(int port, int backlog) {
    ListenSocket socket = openListener(port, backlog);
    listen(socket);
    return socket;
  }

  /** A listener on {@code port} that does not listen yet; its options can still be set. */
  public ListenSocket openListener(int port, int backlog) {
    ListenSocket socket = new ListenSocket(this, backlog);
    socket.setLocal(address, port);
    return socket;
  }

  /** Lets a listener receive connections. */
  public void listen(ListenSocket socket) {
    socket.submit(Command.LISTEN);
  }

  @Override
  public void submit(StackSocket socket, int commands) {
    tcp.execute(socket, commands, clock.nanos());
    tcp.flush(clock.nanos());
    ip.transmit();
  }

  @Override
  public void released(StackSocket socket) {
    releasedSockets++;
  }

  /** Sockets the stack has forgotten so far. */
  public int releasedSockets() {
    return releasedSockets;
  }

  /** The stack itself. */
  public TcpStack tcp() {
    return tcp;
  }

  /** All connections as they are now. */
  public List<TcbSnapshot> snapshot() {
    return tcp.snapshot();
  }

  /** A counter of this host. */
  public long count(Counter counter) {
    return counters.get(counter);
  }

  /** Packets this host dropped for {@code reason}. */
  public long dropped(DropReason reason) {
    return counters.dropped(reason);
  }

  /** Packet buffers of this host that nobody holds. */
  public PacketPool pool() {
    return queue.pool();
  }

  /** Bytes of socket memory in use. */
  public long usedMemoryBytes() {
    return memory.usedBytes();
  }

  /** The internet layer on a cable with two ends. */
  private final class PointToPoint implements IpOutput, Route {

    private final PacketBuffer[] pending = new PacketBuffer[BURST];
    private int pendingCount;
    private int identification;

    @Override
    public @Nullable Route route(IpAddress destination) {
      return this;
    }

    @Override
    public @Nullable PacketBuffer allocate(Route route) {
      return queue.pool().allocate();
    }

    @Override
    public void send(
        PacketBuffer packet,
        Route route,
        long sourceHigh,
        long sourceLow,
        long destinationHigh,
        long destinationLow,
        int protocol,
        int trafficClass,
        long nowNanos) {
      int at = packet.push(Ipv4Header.MIN_LENGTH_BYTES);
      Ipv4Header.write(
          packet.memory(),
          at,
          trafficClass,
          packet.length(),
          identification++ & 0xffff,
          Ipv4Header.DONT_FRAGMENT,
          TIME_TO_LIVE,
          protocol,
          (int) sourceLow,
          (int) destinationLow);
      at = packet.push(EthernetHeader.LENGTH_BYTES);
      EthernetHeader.write(
          packet.memory(), at, peerMac, device.macAddress(), EthernetHeader.TYPE_IPV4);
      pending[pendingCount++] = packet;
      if (pendingCount == pending.length) {
        transmit();
      }
    }

    void transmit() {
      int taken = queue.txBurst(pending, 0, pendingCount);
      for (int i = taken; i < pendingCount; i++) {
        pending[i].free();
      }
      pendingCount = 0;
    }

    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public int mtuBytes() {
      return device.capabilities().mtuBytes();
    }

    @Override
    public IpAddress sourceAddress() {
      return address;
    }

    @Override
    public boolean fillsChecksums() {
      return false;
    }

    @Override
    public void confirmReachable(long nowNanos) {}
  }
}
