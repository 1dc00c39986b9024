package dev.sidestep.stack.testing;

import dev.sidestep.stack.nic.FaultInjector;
import dev.sidestep.stack.nic.Faults;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.wire.IpAddress;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Two stacks on a {@link SimulatedLink}, driven from event to event on the virtual clock by the
 * calling thread. The same seed gives the same run to the last bit.
 */
public final class TwoHosts {

  /** The port the server listens on. */
  public static final int SERVER_PORT = 80;

  private static final int CLIENT_PORT = 40_000;
  private static final IpAddress CLIENT_ADDRESS = IpAddress.ofV4(0xc000_0201);
  private static final IpAddress SERVER_ADDRESS = IpAddress.ofV4(0xc000_0202);

  private final TestClock clock = TestClock.started();
  private final SimulatedLink link;
  private final TcpHost client;
  private final TcpHost server;
  private final TcpInvariants clientInvariants;
  private final TcpInvariants serverInvariants;
  private final ListenSocket listener;
  private boolean checksInvariants = true;
  private int connections;

  /** A client and a server that listens, on a link like this. */
  public TwoHosts(SimulatedLink.Settings settings, TcpConfig config) {
    this(settings, config, device -> device);
  }

  /** The same; the client has what {@code clientDevice} makes of its device. */
  public TwoHosts(
      SimulatedLink.Settings settings, TcpConfig config, UnaryOperator<NicDevice> clientDevice) {
    link = new SimulatedLink(clock, settings);
    long seed = settings.faults().seed();
    client = new TcpHost(clock, clientDevice.apply(link.left()), CLIENT_ADDRESS, config, seed);
    server = new TcpHost(clock, link.right(), SERVER_ADDRESS, config, seed + 1);
    clientInvariants = new TcpInvariants(client);
    serverInvariants = new TcpInvariants(server);
    listener = server.listen(SERVER_PORT, ListenSocket.DEFAULT_BACKLOG);
  }

  /** The two ends of a connection. */
  public record Connection(StreamSocket client, StreamSocket server) {}

  /**
   * A new connection, established while the link has no faults but its delay: there is nothing that
   * protects ARP from corruption.
   */
  public Connection connect() {
    Faults faults = link.faults();
    link.setFaults(Faults.none(faults.seed()).withDelay(faults.delayNanos()));
    try {
      return connectNow();
    } finally {
      link.setFaults(faults);
    }
  }

  private Connection connectNow() {
    StreamSocket socket = client.connect(CLIENT_PORT + connections++, SERVER_ADDRESS, SERVER_PORT);
    runUntil(() -> listener.readyOps() != 0 && socket.state() == StreamSocket.State.CONNECTED);
    StreamSocket accepted = listener.accept();
    if (accepted == null) {
      throw failure("a listener that is ready has nothing to accept");
    }
    return new Connection(socket, accepted);
  }

  /** Leaves the invariants unchecked, because checking allocates. */
  public void withoutInvariants() {
    checksInvariants = false;
  }

  /** The clock. */
  public TestClock clock() {
    return clock;
  }

  /** The link. */
  public SimulatedLink link() {
    return link;
  }

  /** The host that connects. */
  public TcpHost client() {
    return client;
  }

  /** The host that listens. */
  public TcpHost server() {
    return server;
  }

  /** The server's listener. */
  public ListenSocket listener() {
    return listener;
  }

  /** Polls both hosts once at the present time. */
  public void poll() {
    client.poll();
    server.poll();
    if (checksInvariants) {
      try {
        clientInvariants.check();
        serverInvariants.check();
      } catch (AssertionError e) {
        throw failure(String.valueOf(e.getMessage()));
      }
    }
  }

  /** When something happens next without anybody's help; {@link Long#MAX_VALUE} for never. */
  public long nextEventNanos() {
    long timers = Math.min(client.nextDeadlineNanos(), server.nextDeadlineNanos());
    return Math.min(link.nextDueNanos(), timers);
  }

  /** Polls both hosts, then lets time pass until the next event, but not beyond a moment. */
  public void step(long untilNanos) {
    poll();
    long next = Math.min(nextEventNanos(), untilNanos);
    clock.advanceTo(Math.max(next, clock.nanos()));
  }

  /**
   * Steps until something is the case. The condition is asked after every poll, before time passes,
   * so an application that acts in it reacts at once.
   */
  public void runUntil(BooleanSupplier condition) {
    poll();
    while (!condition.getAsBoolean()) {
      long next = nextEventNanos();
      if (next == FaultInjector.NEVER) {
        throw failure("nothing will ever happen any more");
      }
      clock.advanceTo(Math.max(next, clock.nanos()));
      poll();
    }
  }

  private static long seconds(long seconds) {
    return TestClock.seconds(seconds);
  }

  /** Steps for so long. */
  public void runFor(long nanos) {
    long until = clock.nanos() + nanos;
    while (clock.nanos() < until) {
      step(until);
    }
    poll();
  }

  /** Closes both ends and what nobody accepted, and waits until the stacks have forgotten it. */
  public void closeAndExpectNothingLeft(Connection connection) {
    connection.client().close();
    connection.server().close();
    expectNothingLeft();
  }

  /** Every socket that was accepted is closed: with time, nothing may be left of it. */
  public void expectNothingLeft() {
    StreamSocket unaccepted = listener.accept();
    while (unaccepted != null) {
      unaccepted.close();
      unaccepted = listener.accept();
    }
    // Longer than the longest timer of a connection that nobody answers.
    runFor(seconds(3600));
    expect(client.tcp().connectionCount() == 0, "the client still has a connection");
    expect(server.tcp().connectionCount() == 0, "the server still has a connection");
    expect(link.isQuiescent(), "a packet buffer is missing");
    expect(client.usedMemoryBytes() == 0, "the client still holds socket memory");
    expect(server.usedMemoryBytes() == 0, "the server still holds socket memory");
  }

  private void expect(boolean holds, String otherwise) {
    if (!holds) {
      throw failure(otherwise);
    }
  }

  /** An error that says how to see it again. */
  public AssertionError failure(String message) {
    return new AssertionError(
        "%s%n  on %s%n  client %s%n  server %s"
            .formatted(message, link, client.snapshot(), server.snapshot()));
  }
}
