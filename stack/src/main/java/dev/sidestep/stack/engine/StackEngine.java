package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.StackRoom;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.dpdk.DpdkOptions;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.PortBinding;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.lang.foreign.Arena;
import java.net.BindException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The stack as a whole: devices, shards, the driver thread; what the provider opens sockets on.
 *
 * <p>Threads: any, for every method.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class StackEngine implements AutoCloseable {

  /** How long a start waits for the other end of a device, unless the caller says otherwise. */
  public static final long PEER_PATIENCE_NANOS = DpdkOptions.defaults().peerPatienceNanos();

  /** How long a thread may keep the shard that has lost its processor to others meanwhile. */
  private static final long OWNERS_TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** How long a call waits for what another thread is about to do for it. */
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Network network;
  private final TransportProtocols protocols;
  private final Shard shard;
  private final Driver driver;
  private final InPlacePoller poller;
  private final Exit exit;

  private StackEngine(StackConfig config, Network network, SecureRandom random) {
    LongSupplier clock = System::nanoTime;
    IdleStrategy idle = IdleStrategy.of(config.profile());
    SocketMemory memory = new SocketMemory(Arena.ofAuto(), config.socketMemoryBytes());
    this.network = network;
    this.protocols = new TransportProtocols(memory, random, clock);
    this.shard = new Shard(clock, network, protocols::open, StackSocket::releasePort);
    this.driver = new Driver(shard, idle, clock);
    this.poller = new InPlacePoller(shard, driver, idle, clock);
    this.exit = new Exit(shard, driver, poller, config.exitLingerNanos());
  }

  /**
   * Starts the stack: devices, shards, driver thread.
   *
   * @throws StackStartException with one line that names the setting and the fix
   */
  public static StackEngine start(StackConfig config) throws StackStartException {
    return start(config, PEER_PATIENCE_NANOS);
  }

  /**
   * Starts the stack: devices, shards, driver thread. May be tried again after it has failed.
   *
   * @param peerPatienceNanos how long to wait for the other end of a device that needs one, such as
   *     the server of a memif client
   * @throws StackStartException with one line that names the setting and the fix
   */
  public static StackEngine start(StackConfig config, long peerPatienceNanos)
      throws StackStartException {
    return start(config, Network.open(config, peerPatienceNanos, () -> rehearse(config)));
  }

  /** Starts the stack over devices that are open. */
  static StackEngine start(StackConfig config, Network network) {
    StackEngine engine = new StackEngine(config, network, new SecureRandom());
    engine.driver.start();
    return engine;
  }

  /** Builds a stack that leads nowhere: its classes are there when DPDK is. */
  private static void rehearse(StackConfig config) {
    int buffers = 1;
    Network nowhere = new Network(List.of(), new LoopbackDevice(buffers), null, config);
    new StackEngine(config, nowhere, new SecureRandom());
    nowhere.close();
  }

  /** A new TCP socket, neither bound nor connected. */
  public StreamSocket openStream() {
    return protocols.newStream(shard);
  }

  /** A new listening socket, not bound yet; {@link #listen} makes it receive connections. */
  public ListenSocket openListener(int backlog) {
    return protocols.newListener(shard, backlog);
  }

  /**
   * Gives a socket a local end. The wildcard address stands for every address of the stack.
   *
   * @param port 0 chooses a free ephemeral port at random (RFC 6056)
   * @throws BindException with Linux's words: "Address already in use", "Cannot assign requested
   *     address"
   */
  public void bind(StackSocket socket, IpAddress address, int port) throws BindException {
    StackRoom.ensure();
    if (!address.isWildcard() && !isLocal(address)) {
      throw new BindException("Cannot assign requested address");
    }
    PortTable ports = protocols.ports(socket);
    settle(ports, port);
    PortBinding binding = ports.bind(address, port, socket.options());
    socket.setPortBinding(binding);
    socket.setLocal(address, binding.port());
  }

  /**
   * Lets a bound listener receive connections.
   *
   * @throws BindException "Address already in use" when another socket listens there already
   */
  public void listen(ListenSocket socket) throws BindException {
    StackRoom.ensure();
    PortBinding binding = socket.portBinding();
    if (binding == null) {
      throw new IllegalStateException("not bound");
    }
    binding.listen();
    socket.submit(Command.LISTEN);
  }

  /**
   * Starts a connect and returns at once; {@link StreamSocket#readyOps()} tells how it ended. Binds
   * the local end first if that has not happened, with the source address of the route.
   *
   * @throws BindException when no local port is free: "Cannot assign requested address"
   */
  public void connect(StreamSocket socket, IpAddress remote, int port) throws BindException {
    StackRoom.ensure();
    IpAddress source = network.sourceAddressFor(remote);
    if (source == null) {
      socket.setRemote(remote, port);
      socket.fail(SocketError.ENETUNREACH);
      return;
    }
    PortTable ports = protocols.ports(socket);
    if (socket.portBinding() == null) {
      PortBinding connection = ports.connect(source, socket.options(), remote, port);
      socket.setPortBinding(connection);
      socket.setLocal(source, connection.port());
    } else {
      if (socket.localAddress().isWildcard()) {
        socket.setLocal(source, socket.localPort());
      }
      settle(ports, socket.localPort());
    }
    socket.connect(remote, port);
  }

  /**
   * Lets what was closed before end where that needs nobody else: on Linux a connection of which
   * the peer has the end already, or which is reset, is gone when close returns. Here another
   * thread may be about to carry out the close, and loopback needs a few polls.
   */
  private void settle(PortTable ports, int port) {
    long startNanos = System.nanoTime();
    while (ports.isBeingClosed(port) && System.nanoTime() - startNanos < SETTLE_NANOS) {
      pollOnce();
      Thread.onSpinWait();
    }
  }

  /** Waits until what was asked for before is carried out, but not for long. */
  @SuppressWarnings("ThreadPriorityCheck") // whoever has the shard may need this very processor
  public void settle() {
    long startNanos = System.nanoTime();
    while (!pollOnce() && System.nanoTime() - startNanos < OWNERS_TURN_NANOS) {
      Thread.yield();
    }
  }

  /**
   * Waits until {@code waiter} is ready, the deadline has passed, the thread is interrupted or the
   * stack {@link #isClosed}. The calling thread polls the network itself while it can, for a time
   * bounded by the profile, then sleeps; a virtual thread hardly spins. Returns whether the waiter
   * is ready.
   *
   * @param deadlineNanos {@link System#nanoTime()} at which to give up; {@link Long#MAX_VALUE} for
   *     never
   */
  public boolean await(Waiter waiter, long deadlineNanos) {
    StackRoom.ensure();
    return poller.await(waiter, deadlineNanos);
  }

  /**
   * Polls the network once if no other thread is at it: the stack's part of a selectNow. Returns
   * whether it did, so that everything asked for before is carried out.
   */
  public boolean pollOnce() {
    StackRoom.ensure();
    if (!shard.tryOwn()) {
      return false;
    }
    try {
      shard.poll(System.nanoTime());
    } finally {
      shard.release();
    }
    return true;
  }

  /** Whether {@code address} is one of the stack's own. */
  public boolean isLocal(IpAddress address) {
    return network.isLocal(address);
  }

  /** Sum of a counter over all shards. */
  public long count(Counter counter) {
    return shard.counters().get(counter);
  }

  /** Sum of dropped packets over all shards. */
  public long dropped(DropReason reason) {
    return shard.counters().dropped(reason);
  }

  /**
   * Closes every socket as the kernel closes those of a process that exits: what was written still
   * reaches the peers, then FIN. Waits for that, at most {@link StackConfig#exitLingerNanos()}, and
   * logs what it had to leave behind. Then stops the devices. No socket works afterwards, but
   * threads that wait for one go on doing so. For a process that ends: see {@link
   * NicDevice#closeAtExit}.
   */
  public void stop() {
    exit.stop(network::closeAtExit);
  }

  /** Closes every socket and device as {@link #stop} does, and then ends every wait. */
  @Override
  public void close() {
    exit.stop(network::close);
    poller.close();
  }

  /** Whether the stack was closed, so that waiting for it is of no use. */
  public boolean isClosed() {
    return poller.isClosed();
  }
}
