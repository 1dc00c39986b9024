package dev.sidestep.stack.engine;

import dev.sidestep.stack.socket.PortBinding;
import dev.sidestep.stack.socket.SocketOptions;
import dev.sidestep.stack.wire.IpAddress;
import java.net.BindException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Which local ports of one protocol are taken (Linux: inet_bind_hashbucket). Explicit binds
 * conflict by address, port and options; ports chosen for outgoing connections only have to make
 * the four-tuple unique, so one port serves many destinations.
 *
 * <p>Accepted connections hold no port: the listener's binding stands for theirs.
 *
 * <p>Threads: any; a lock, as binding is not on the packet path.
 */
final class PortTable {

  /** Linux's net.ipv4.ip_local_port_range. */
  static final int FIRST_EPHEMERAL_PORT = 32768;

  static final int LAST_EPHEMERAL_PORT = 60999;

  /** How long a port stays out of use on loopback (Linux: tcp_tw_reuse, tcp_tw_reuse_delay). */
  static final long TAKE_OVER_DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int EPHEMERAL_PORTS = LAST_EPHEMERAL_PORT - FIRST_EPHEMERAL_PORT + 1;

  /** Who holds a port: its local address, and what shares it. */
  abstract sealed class Holder extends PortBinding permits Binding, Connection {
    final IpAddress address;
    final SocketOptions options;

    Holder(IpAddress address, int port, SocketOptions options) {
      super(port);
      this.address = address;
      this.options = options;
    }

    final boolean isBeingClosed() {
      return isClosing();
    }

    @Override
    public final void release() {
      remove(this);
    }
  }

  /** An explicit bind. */
  final class Binding extends Holder {
    private boolean listening;

    private Binding(IpAddress address, int port, SocketOptions options) {
      super(address, port, options);
    }

    @Override
    public void listen() throws BindException {
      markListening(this);
    }
  }

  /** The local end of an outgoing connection that was not bound. */
  final class Connection extends Holder {
    private final IpAddress remote;
    private final int remotePort;

    private Connection(
        IpAddress address, int port, SocketOptions options, IpAddress remote, int remotePort) {
      super(address, port, options);
      this.remote = remote;
      this.remotePort = remotePort;
    }

    @Override
    public void listen() {
      throw new IllegalStateException("connected");
    }

    private boolean isInTimeWaitFor(long nanos) {
      long since = takeOverNanos();
      return since != NEVER && clock.getAsLong() - since >= nanos;
    }

    private boolean isBetween(IpAddress local, IpAddress peer, int peerPort) {
      return remotePort == peerPort && remote.equals(peer) && address.equals(local);
    }
  }

  private final RandomGenerator random;
  private final LongSupplier clock;
  private final Map<Integer, List<Holder>> holders = new HashMap<>();

  PortTable(RandomGenerator random, LongSupplier clock) {
    this.random = random;
    this.clock = clock;
  }

  /**
   * Binds to {@code port}, or to a random free ephemeral port if it is 0 (RFC 6056 §3.3.1).
   *
   * @param options of the socket, which others that want the port are compared with later on
   * @throws BindException "Address already in use", the words Linux uses for EADDRINUSE
   */
  synchronized Binding bind(IpAddress address, int port, SocketOptions options)
      throws BindException {
    int chosen = port != 0 ? port : chooseToBind(address);
    Binding binding = new Binding(address, chosen, options);
    for (Holder other : holders(chosen)) {
      if (conflict(binding, other)) {
        throw inUse();
      }
    }
    return add(binding);
  }

  private static BindException inUse() {
    return new BindException("Address already in use");
  }

  /** A port of nobody's or, if there is none, one that only other addresses use. */
  private int chooseToBind(IpAddress address) throws BindException {
    int start = random.nextInt(EPHEMERAL_PORTS);
    for (int i = 0; i < EPHEMERAL_PORTS; i++) {
      if (!holders.containsKey(candidate(start, i))) {
        return candidate(start, i);
      }
    }
    for (int i = 0; i < EPHEMERAL_PORTS; i++) {
      int port = candidate(start, i);
      if (holders(port).stream().noneMatch(other -> overlap(address, other.address))) {
        return port;
      }
    }
    throw inUse();
  }

  private static int candidate(int start, int number) {
    return FIRST_EPHEMERAL_PORT + (start + number) % EPHEMERAL_PORTS;
  }

  /** Linux: inet_bind_conflict. All sockets here belong to one user. */
  private static boolean conflict(Holder one, Holder other) {
    if (!overlap(one.address, other.address)) {
      return false;
    }
    boolean reuseAddress = one.options.reuseAddress && other.options.reuseAddress;
    boolean reusePort = one.options.reusePort && other.options.reusePort;
    boolean listens = other instanceof Binding binding && binding.listening;
    return !(reuseAddress && !listens) && !reusePort;
  }

  private static boolean overlap(IpAddress one, IpAddress other) {
    return one.isWildcard() || other.isWildcard() || one.equals(other);
  }

  /**
   * Notes that {@code binding} belongs to a listener, which shares with others only if all have
   * SO_REUSEPORT.
   */
  private synchronized void markListening(Binding binding) throws BindException {
    for (Holder other : holders(binding.port())) {
      if (other != binding && other instanceof Binding b && b.listening && conflict(binding, b)) {
        throw inUse();
      }
    }
    binding.listening = true;
  }

  /**
   * Chooses a random ephemeral port that makes the four-tuple unique (RFC 6056 §3.3.1). On loopback
   * that of a connection which has been in TIME-WAIT for a second will do as well.
   *
   * @throws BindException "Cannot assign requested address" when there is none, as Linux's connect
   */
  synchronized Connection connect(
      IpAddress local, SocketOptions options, IpAddress remote, int remotePort)
      throws BindException {
    int start = random.nextInt(EPHEMERAL_PORTS);
    for (int i = 0; i < EPHEMERAL_PORTS; i++) {
      int port = candidate(start, i);
      if (makeWay(local, port, remote, remotePort)) {
        return add(new Connection(local, port, options, remote, remotePort));
      }
    }
    throw new BindException("Cannot assign requested address");
  }

  /** Whether the four-tuple is unique; ports that somebody has bound are left alone. */
  private boolean makeWay(IpAddress local, int port, IpAddress remote, int remotePort) {
    Connection same = null;
    for (Holder other : holders(port)) {
      if (!(other instanceof Connection connection)) {
        return false;
      }
      if (connection.isBetween(local, remote, remotePort)) {
        same = connection;
      }
    }
    if (same != null && mayTakeOver(same)) {
      remove(same);
      same = null;
    }
    return same == null;
  }

  private boolean mayTakeOver(Connection old) {
    return old.remote.isLoopback() && old.isInTimeWaitFor(TAKE_OVER_DELAY_NANOS);
  }

  /** Whether a socket that held {@code port} is closed and its connection about to end. */
  synchronized boolean isBeingClosed(int port) {
    return holders(port).stream().anyMatch(Holder::isBeingClosed);
  }

  private List<Holder> holders(int port) {
    return holders.getOrDefault(port, List.of());
  }

  private <H extends Holder> H add(H holder) {
    holders.computeIfAbsent(holder.port(), p -> new ArrayList<>(1)).add(holder);
    return holder;
  }

  private synchronized void remove(Holder holder) {
    List<Holder> samePort = holders.get(holder.port());
    if (samePort != null && samePort.remove(holder) && samePort.isEmpty()) {
      holders.remove(holder.port());
    }
  }
}
