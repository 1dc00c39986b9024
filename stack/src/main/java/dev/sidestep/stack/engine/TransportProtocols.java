package dev.sidestep.stack.engine;

import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.tcp.TcpStack;
import dev.sidestep.stack.transport.Transport;
import dev.sidestep.stack.wire.IpProtocol;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Which transport protocols the stack has, and what those of all shards share: the ports of each,
 * the memory of their sockets. The one place of the engine that knows them by name.
 *
 * <p>Threads: any.
 */
final class TransportProtocols {

  private final SocketMemory memory;
  private final RandomGenerator random;
  private final TcpConfig tcp = TcpConfig.defaults();
  private final PortTable tcpPorts;

  /**
   * The protocols, without a socket yet.
   *
   * @param random source of secrets: a {@link java.security.SecureRandom}
   */
  TransportProtocols(SocketMemory memory, RandomGenerator random, LongSupplier clock) {
    this.memory = memory;
    this.random = random;
    this.tcpPorts = new PortTable(random, clock);
  }

  /** Makes those of one shard over its part of the network. */
  List<Transport> open(SocketOwner shard, ShardNetwork network) {
    return List.of(new TcpStack(tcp, network.routes(), memory, shard, network.counters(), random));
  }

  /** The ports of a socket's protocol. */
  PortTable ports(StackSocket socket) {
    return switch (socket.protocol()) {
      case IpProtocol.TCP -> tcpPorts;
      default -> throw new IllegalArgumentException("protocol " + socket.protocol());
    };
  }

  /** A new TCP socket. */
  StreamSocket newStream(SocketOwner shard) {
    return new StreamSocket(shard, memory, tcp.receiveBufferBytes(), tcp.sendBufferBytes());
  }

  /** A new listening TCP socket. */
  ListenSocket newListener(SocketOwner shard, int backlog) {
    return new ListenSocket(shard, backlog);
  }
}
