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
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.tcp.TcpStack;
import dev.sidestep.stack.wire.IpAddress;
import java.lang.foreign.Arena;
import java.net.BindException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The stack as a whole: devices, shards, the driver thread; what the provider opens sockets on.
 *
 * <p>Threads: any, for every method.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class StackEngine implements AutoCloseable {

  /** How long a start waits for the other end of a device, unless the caller says otherwise. */
  public static final long PEER_PATIENCE_NANOS = DpdkOptions.defaults().peerPatienceNanos();

  /** How long the exit sleeps between polls while the last bytes are on their way. */
  private static final long EXIT_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /** Enough for a FIN to be lost once: twice the least retransmission timeout. */
  private static final long FIN_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /** How long a call waits for what another thread is about to do for it. */
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** How long a thread may keep the shard to itself when the program exits; a poll takes 1 ms. */
  private static final long OWNER_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final StackConfig config;
  private final Network network;
  private final SocketMemory socketMemory;
  private final TcpConfig tcpConfig = TcpConfig.defaults();
  private final PortTable ports;
  private final Shard shard;
  private final Driver driver;
  private final InPlacePoller poller;
  private final AtomicBoolean stopped = new AtomicBoolean();

  private StackEngine(StackConfig config, Network network, SecureRandom random) {
    LongSupplier clock = System::nanoTime;
    IdleStrategy idle = IdleStrategy.of(config.profile());
    this.config = config;
    this.network = network;
    this.socketMemory = new SocketMemory(Arena.ofAuto(), config.socketMemoryBytes());
    this.ports = new PortTable(random, clock);
    this.shard =
        new Shard(
            clock,
            network,
            (owner, own) ->
                new TcpStack(tcpConfig, own.routes(), socketMemory, owner, own.counters(), random),
            StackSocket::releasePort);
    this.driver = new Driver(shard, idle, clock);
    this.poller = new InPlacePoller(shard, driver, idle, clock);
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
    return new StreamSocket(
        shard, socketMemory, tcpConfig.receiveBufferBytes(), tcpConfig.sendBufferBytes());
  }

  /** A new listening socket, not bound yet; {@link #listen} makes it receive connections. */
  public ListenSocket openListener(int backlog) {
    return new ListenSocket(shard, backlog);
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
    settle(port);
    PortTable.Binding binding = ports.bind(address, port, socket.options());
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
    if (!(socket.portBinding() instanceof PortTable.Binding binding)) {
      throw new IllegalStateException("not bound");
    }
    ports.markListening(binding);
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
    if (socket.portBinding() == null) {
      PortTable.Connection connection = ports.connect(source, socket.options(), remote, port);
      socket.setPortBinding(connection);
      socket.setLocal(source, connection.port());
    } else {
      if (socket.localAddress().isWildcard()) {
        socket.setLocal(source, socket.localPort());
      }
      settle(socket.localPort());
    }
    socket.connect(remote, port);
  }

  /**
   * Lets what was closed before end where that needs nobody else: on Linux a connection of which
   * the peer has the end already, or which is reset, is gone when close returns. Here another
   * thread may be about to carry out the close, and loopback needs a few polls.
   */
  private void settle(int port) {
    long startNanos = System.nanoTime();
    while (ports.isBeingClosed(port) && System.nanoTime() - startNanos < SETTLE_NANOS) {
      pollOnce();
      Thread.onSpinWait();
    }
  }

  /** Waits until what was asked for before is carried out, but not for long. */
  public void settle() {
    long startNanos = System.nanoTime();
    while (!pollOnce() && System.nanoTime() - startNanos < SETTLE_NANOS) {
      Thread.onSpinWait();
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
    stop(network::closeAtExit);
  }

  private void stop(Runnable closeDevices) {
    if (!stopped.compareAndSet(false, true)) {
      return;
    }
    poller.beginClosing();
    boolean idle =
        deliverWhatWasWritten()
            && driver.close(OWNER_PATIENCE_NANOS)
            && poller.awaitWatcherGone(OWNER_PATIENCE_NANOS)
            && own();
    shard.defects().log(System.nanoTime());
    if (idle) {
      // The shard is never given back: nobody touches a device that is going away.
      shard.discard();
      closeDevices.run();
    } else {
      warn("a thread does not leave the network; exit goes on, and the devices stay as they are");
    }
  }

  /** Closes every socket and device as {@link #stop} does, and then ends every wait. */
  @Override
  public void close() {
    stop(network::close);
    poller.close();
  }

  /** Whether the stack was closed, so that waiting for it is of no use. */
  public boolean isClosed() {
    return poller.isClosed();
  }

  /** Returns false if the shard could not be had at all. */
  private boolean deliverWhatWasWritten() {
    long startNanos = System.nanoTime();
    long lingerNanos = config.exitLingerNanos();
    if (!own()) {
      return false;
    }
    try {
      shard.tcp().closeAll(startNanos);
    } finally {
      shard.release();
    }
    long elapsedNanos = 0;
    while (!isDone(elapsedNanos) && elapsedNanos < lingerNanos) {
      LockSupport.parkNanos(this, EXIT_PAUSE_NANOS);
      elapsedNanos = System.nanoTime() - startNanos;
    }
    if (!whileOwner(TcpStack::isDelivered)) {
      warn(
          "exit waited "
              + TimeUnit.NANOSECONDS.toMillis(lingerNanos)
              + " ms (sidestep.exit-linger); some bytes already written were not acknowledged");
    }
    return true;
  }

  /** A peer that is gone itself never acknowledges our FIN, so there is less patience for that. */
  private boolean isDone(long elapsedNanos) {
    return whileOwner(
        tcp -> tcp.isQuiescent() || (elapsedNanos > FIN_PATIENCE_NANOS && tcp.isDelivered()));
  }

  private static void warn(String line) {
    System.getLogger("dev.sidestep.engine").log(System.Logger.Level.WARNING, line);
  }

  /** Polls as the shard's owner and then asks something; false if the shard cannot be had. */
  private boolean whileOwner(Predicate<TcpStack> question) {
    if (!own()) {
      return false;
    }
    try {
      shard.poll(System.nanoTime());
      return question.test(shard.tcp());
    } catch (Error known) {
      // It is logged with the other defects; the exit goes on.
      shard.defects().caught(known);
      return false;
    } finally {
      shard.release();
    }
  }

  /** Takes the shard from threads that all leave it soon; false if one of them does not. */
  private boolean own() {
    long startNanos = System.nanoTime();
    while (!shard.tryOwn()) {
      if (System.nanoTime() - startNanos > OWNER_PATIENCE_NANOS) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }
}
