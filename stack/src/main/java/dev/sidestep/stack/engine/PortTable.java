package dev.sidestep.stack.engine;

import dev.sidestep.stack.wire.IpAddress;
import java.net.BindException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Which local ports are taken (Linux: inet_bind_hashbucket). Explicit binds conflict by address and
 * port; ports chosen for outgoing connections only have to make the four-tuple unique, so one port
 * serves many destinations.
 *
 * <p>Threads: any; a lock, as binding is not on the packet path.
 */
final class PortTable {

  /** Linux's net.ipv4.ip_local_port_range. */
  static final int FIRST_EPHEMERAL_PORT = 32768;

  static final int LAST_EPHEMERAL_PORT = 60999;

  private static final int EPHEMERAL_PORTS = LAST_EPHEMERAL_PORT - FIRST_EPHEMERAL_PORT + 1;

  /** An explicit bind. */
  record Binding(IpAddress address, int port, boolean reuseAddress) {

    boolean conflictsWith(Binding other) {
      boolean overlap =
          address.isWildcard() || other.address.isWildcard() || address.equals(other.address);
      return overlap && port == other.port;
    }
  }

  /** The four-tuple of an outgoing connection. */
  record Connection(IpAddress local, int localPort, IpAddress remote, int remotePort) {}

  private final RandomGenerator random;
  private final Map<Integer, List<Binding>> bindings = new HashMap<>();
  private final Set<Binding> listening = new HashSet<>();
  private final Set<Connection> connections = new HashSet<>();

  PortTable(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Binds to {@code port}, or to a random free ephemeral port if it is 0 (RFC 6056 §3.3.1).
   *
   * @throws BindException "Address already in use", the words Linux uses for EADDRINUSE
   */
  synchronized Binding bind(IpAddress address, int port, boolean reuseAddress)
      throws BindException {
    if (port != 0) {
      return add(new Binding(address, port, reuseAddress));
    }
    int start = random.nextInt(EPHEMERAL_PORTS);
    for (int i = 0; i < EPHEMERAL_PORTS; i++) {
      int candidate = FIRST_EPHEMERAL_PORT + (start + i) % EPHEMERAL_PORTS;
      if (!bindings.containsKey(candidate)) {
        return add(new Binding(address, candidate, reuseAddress));
      }
    }
    throw new BindException("Address already in use");
  }

  private Binding add(Binding binding) throws BindException {
    List<Binding> samePort = bindings.computeIfAbsent(binding.port, p -> new ArrayList<>(1));
    for (Binding other : samePort) {
      if (binding.conflictsWith(other) && !mayShare(binding, other)) {
        throw new BindException("Address already in use");
      }
    }
    samePort.add(binding);
    return binding;
  }

  /** Linux: with SO_REUSEADDR on both sides, unless one of them listens. */
  private boolean mayShare(Binding one, Binding other) {
    return one.reuseAddress && other.reuseAddress && !listening.contains(other);
  }

  /** Notes that {@code binding} belongs to a listener, which shares with nobody. */
  synchronized void markListening(Binding binding) throws BindException {
    for (Binding other : bindings.getOrDefault(binding.port, List.of())) {
      if (listening.contains(other) && binding.conflictsWith(other)) {
        throw new BindException("Address already in use");
      }
    }
    listening.add(binding);
  }

  /** Gives an explicit bind back. */
  synchronized void release(Binding binding) {
    listening.remove(binding);
    List<Binding> samePort = bindings.get(binding.port);
    if (samePort != null && samePort.remove(binding) && samePort.isEmpty()) {
      bindings.remove(binding.port);
    }
  }

  /**
   * Chooses a random ephemeral port that makes the four-tuple unique (RFC 6056 §3.3.1).
   *
   * @throws BindException "Cannot assign requested address" when there is none, as Linux's connect
   */
  synchronized Connection connect(IpAddress local, IpAddress remote, int remotePort)
      throws BindException {
    int start = random.nextInt(EPHEMERAL_PORTS);
    for (int i = 0; i < EPHEMERAL_PORTS; i++) {
      int port = FIRST_EPHEMERAL_PORT + (start + i) % EPHEMERAL_PORTS;
      Connection candidate = new Connection(local, port, remote, remotePort);
      if (!bindings.containsKey(port) && connections.add(candidate)) {
        return candidate;
      }
    }
    throw new BindException("Cannot assign requested address");
  }

  /** Gives an outgoing connection's port back. */
  synchronized void release(Connection connection) {
    connections.remove(connection);
  }
}
