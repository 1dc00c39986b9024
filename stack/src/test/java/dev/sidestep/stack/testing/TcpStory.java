package dev.sidestep.stack.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcbSnapshot;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;

/**
 * Base of tests that tell the story of a connection between the stack and a {@link ScriptedPeer}.
 * Nothing happens by itself: time passes when the script says so, from one deadline of the stack to
 * the next.
 */
public abstract class TcpStory {

  protected static final int STACK_PORT = 80;
  protected static final int PEER_PORT = 40_000;

  /** Close to the wrap, so that every story crosses 2^32 after a kilobyte. */
  protected static final int PEER_INITIAL_SEQUENCE = -1000;

  private static final IpAddress STACK_ADDRESS = IpAddress.ofV4(0xc000_0201);
  private static final IpAddress PEER_ADDRESS = IpAddress.ofV4(0xc000_0202);
  private static final int MAX_ROUNDS = 10_000;

  protected final TestClock clock = TestClock.started();
  protected final SimulatedLink link = new SimulatedLink(clock, SimulatedLink.Settings.perfect());
  protected final TcpHost stack;

  /** The first peer. */
  protected final ScriptedPeer peer;

  private final PeerNetwork network =
      new PeerNetwork(clock, link.right(), PEER_ADDRESS, STACK_ADDRESS, link.left().macAddress());
  private final TcpInvariants invariants;
  private final List<ScriptedPeer> peers = new ArrayList<>();

  /** A story of a stack that is set up as usual. */
  protected TcpStory() {
    this(TcpConfig.defaults());
  }

  /** A story of a stack that is set up like this. */
  @SuppressWarnings("this-escape") // the peer calls back once the script runs, not before
  protected TcpStory(TcpConfig config) {
    stack = new TcpHost(clock, link.left(), STACK_ADDRESS, config, 1);
    invariants = new TcpInvariants(stack);
    peer = newPeer(PEER_PORT, STACK_PORT);
  }

  /** Another connection's far end. */
  protected final ScriptedPeer newPeer(int peerPort, int stackPort) {
    ScriptedPeer another =
        new ScriptedPeer(this, network, peerPort, stackPort, PEER_INITIAL_SEQUENCE);
    peers.add(another);
    return another;
  }

  /** Lets the stack listen on {@link #STACK_PORT}. */
  protected final ListenSocket listens() {
    return stack.listen(STACK_PORT, ListenSocket.DEFAULT_BACKLOG);
  }

  /** Takes the oldest connection off a listener; there must be one. */
  protected final ScriptedApp accepts(ListenSocket listener) {
    StreamSocket accepted = listener.accept();
    assertNotNull(accepted, "accepted connection");
    return new ScriptedApp(this, accepted);
  }

  /** Starts a connect from {@link #STACK_PORT} to the first peer. */
  protected final ScriptedApp connects() {
    StreamSocket socket = stack.open(STACK_PORT);
    return connects(socket);
  }

  /** The same on a socket whose options are set. */
  protected final ScriptedApp connects(StreamSocket socket) {
    socket.connect(PEER_ADDRESS, PEER_PORT);
    settle();
    return new ScriptedApp(this, socket);
  }

  /** Opens a connection from the peer, with no options but the maximum segment size. */
  protected final ScriptedApp acceptedConnection(int mssBytes, int windowBytes) {
    return acceptedConnection("<mss " + mssBytes + ">", windowBytes, new StreamOptions());
  }

  /** Opens a connection from the peer, whose SYN has these options. */
  protected final ScriptedApp acceptedConnection(
      String synOptions, int windowBytes, StreamOptions options) {
    ListenSocket listener = stack.openListener(STACK_PORT, ListenSocket.DEFAULT_BACKLOG);
    listener.options().copyFrom(options);
    stack.listen(listener);
    peer.sends("S 0:0(0) win " + windowBytes + " " + synOptions);
    peer.expects("S. 0:0(0) ack 1 <...>");
    String echo = synOptions.contains("TS") ? " <nop,nop,TS val 100 ecr 0>" : "";
    peer.sends(". 1:1(0) ack 1 win " + windowBytes + echo);
    peer.expectsNothing();
    return accepts(listener);
  }

  /** Opens a connection from the peer whose handshake takes {@code rttNanos}, the first sample. */
  protected final ScriptedApp acceptedConnection(String synOptions, long rttNanos) {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 " + synOptions);
    peer.expects("S. 0:0(0) ack 1 <...>");
    after(rttNanos);
    String echo = synOptions.contains("TS") ? " <nop,nop,TS val 100 ecr 0>" : "";
    peer.sends(". 1:1(0) ack 1" + echo);
    peer.expectsNothing();
    return accepts(listener);
  }

  /** The stack's only connection as it is now. */
  protected final TcbSnapshot connection() {
    List<TcbSnapshot> connections =
        stack.snapshot().stream().filter(c -> c.remotePort() != 0).toList();
    assertEquals(1, connections.size(), () -> "one connection expected: " + connections);
    return connections.getFirst();
  }

  /** Milliseconds as nanoseconds. */
  protected static long millis(long millis) {
    return TestClock.millis(millis);
  }

  /** Seconds as nanoseconds. */
  protected static long seconds(long seconds) {
    return TestClock.seconds(seconds);
  }

  final long nanos() {
    return clock.nanos();
  }

  /** Lets time pass; the stack gets to run at each of its deadlines on the way. */
  protected final void after(long nanos) {
    runUntil(clock.nanos() + nanos, () -> false);
  }

  /** The same up to a moment, but stops early when something has happened. */
  final void runUntil(long untilNanos, BooleanSupplier happened) {
    settle();
    while (!happened.getAsBoolean() && clock.nanos() < untilNanos) {
      long next = Math.max(stack.nextDeadlineNanos(), clock.nanos() + 1);
      clock.advanceTo(Math.min(next, untilNanos));
      settle();
    }
  }

  /** Lets the stack and the link come to rest without letting time pass. */
  final void settle() {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      stack.poll();
      boolean arrived = network.poll();
      boolean due =
          link.nextDueNanos() <= clock.nanos() || stack.nextDeadlineNanos() <= clock.nanos();
      invariants.check();
      if (!arrived && !due) {
        return;
      }
    }
    throw network.failure("the stack does not come to rest");
  }

  /** Whatever the story was, it must end with every packet accounted for. */
  @AfterEach
  final void everySegmentWasExpectedAndEveryBufferFreed() {
    peers.forEach(ScriptedPeer::expectsNothing);
    assertEquals(
        stack.pool().capacityBuffers(), stack.pool().availableBuffers(), "free packet buffers");
  }
}
