package dev.sidestep.stack.testing;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.engine.ShardUnderTest;
import dev.sidestep.stack.icmp.IcmpError;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcbSnapshot;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.tcp.TcpStack;
import dev.sidestep.stack.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A host on one end of a link: a shard with everything from Ethernet to TCP, polled by the test.
 * Commands of the application are carried out at once, as by a shard nobody else owns.
 */
public final class TcpHost {

  private static final long SOCKET_MEMORY_BYTES = 256L << 20;
  private static final int PREFIX_LENGTH = 24;

  private final TestClock clock;
  private final NicDevice device;
  private final IpAddress address;
  private final TcpConfig config;
  private final SocketMemory memory = new SocketMemory(Arena.ofAuto(), SOCKET_MEMORY_BYTES);
  private final ShardUnderTest shard;
  private int releasedSockets;

  /**
   * A host with {@code address} on {@code device}.
   *
   * @param seed of everything random in the stack
   */
  public TcpHost(
      TestClock clock, NicDevice device, IpAddress address, TcpConfig config, long seed) {
    this.clock = clock;
    this.device = device;
    this.address = address;
    this.config = config;
    this.shard =
        new ShardUnderTest(
            clock,
            device,
            new InterfaceAddress(address, PREFIX_LENGTH),
            config,
            memory,
            new SplittableRandom(seed),
            socket -> releasedSockets++);
  }

  /** The host's own address. */
  public IpAddress address() {
    return address;
  }

  /** One turn of the poll loop. */
  public void poll() {
    shard.poll();
  }

  /** An ICMP error arrives. */
  public void icmpError(IcmpError error) {
    shard.whileOwner(() -> shard.tcp().icmpError(error, clock.nanos()));
  }

  /** When the stack wants to be polled even if nothing arrives. */
  public long nextDeadlineNanos() {
    return shard.nextDeadlineNanos();
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
        new StreamSocket(
            shard.owner(), memory, config.receiveBufferBytes(), config.sendBufferBytes());
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
    ListenSocket socket = new ListenSocket(shard.owner(), backlog);
    socket.setLocal(address, port);
    return socket;
  }

  /** Lets a listener receive connections. */
  public void listen(ListenSocket socket) {
    socket.submit(Command.LISTEN);
  }

  /** Sockets the stack has forgotten so far. */
  public int releasedSockets() {
    return releasedSockets;
  }

  /** Its TCP. */
  public TcpStack tcp() {
    return shard.tcp();
  }

  /** All connections as they are now. */
  public List<TcbSnapshot> snapshot() {
    return shard.tcp().snapshot();
  }

  /** A counter of this host. */
  public long count(Counter counter) {
    return shard.counters().get(counter);
  }

  /** Packets this host dropped for {@code reason}. */
  public long dropped(DropReason reason) {
    return shard.counters().dropped(reason);
  }

  /** Packet buffers of this host that nobody holds. */
  public PacketPool pool() {
    return device.queue(0).pool();
  }

  /** Bytes of socket memory in use. */
  public long usedMemoryBytes() {
    return memory.usedBytes();
  }
}
