package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.icmp.IcmpError;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.Routes;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.transport.Transport;
import dev.sidestep.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * TCP of one shard: the only door into this package.
 *
 * <p>Threads: the shard's owner, for every method. Times are those of the shard's clock.
 */
public final class TcpStack implements Transport {

  private final TcpContext context;
  private final ListenerTable listeners = new ListenerTable();

  private final SegmentSender sender;
  private final SynOutput syns;
  private final TcpOutput output;
  private final SynAckOutput synAcks;
  private final SegmentInput input;
  private final TimeWaitInput timeWaitInput;
  private final TcpTimers timers;
  private final UserCalls userCalls;
  private final IcmpReaction icmpReaction;
  private final ConnectionTeardown teardown;

  /** The socket whose request is being carried out; see {@link TcpContext#atWork}. */
  private @Nullable StackSocket executing;

  /** Time of the last flush. */
  private long flushedNanos;

  /**
   * TCP that knows no connection yet.
   *
   * @param memory where the queues of accepted sockets take their pages
   * @param owner the shard accepted sockets belong to; hears when a socket is forgotten
   * @param random source of the secrets behind sequence numbers and timestamps: a {@link
   *     java.security.SecureRandom} outside tests
   */
  public TcpStack(
      TcpConfig config,
      Routes routes,
      SocketMemory memory,
      SocketOwner owner,
      ShardCounters counters,
      RandomGenerator random) {
    this.context = new TcpContext(config, memory, owner, counters, random);
    this.sender = new SegmentSender(routes, counters);
    this.syns = new SynOutput(context, sender);
    this.output = new TcpOutput(context, sender);
    this.teardown = new ConnectionTeardown(context, output);
    this.synAcks = new SynAckOutput(context, sender);
    this.timers = new TcpTimers(context, syns, output, teardown);
    this.userCalls = new UserCalls(context, routes, listeners, synAcks, syns, output, teardown);
    this.icmpReaction = new IcmpReaction(context, output, teardown);
    ConnectionStart start = new ConnectionStart(context, sender);
    PassiveOpen passiveOpen = new PassiveOpen(context, sender, synAcks, start);
    HalfOpenInput halfOpenInput = new HalfOpenInput(context, sender, synAcks, start);
    this.timeWaitInput = new TimeWaitInput(context, sender, teardown, passiveOpen);
    SendTuning tuning = new SendTuning(config);
    AckInput ackInput = new AckInput(context, output, tuning, teardown);
    TextInput textInput = new TextInput(context, output, teardown);
    TcpInput tcpInput = new TcpInput(context, sender, syns, output, ackInput, textInput, teardown);
    this.input =
        new SegmentInput(
            context, listeners, sender, passiveOpen, halfOpenInput, tcpInput, timeWaitInput);
  }

  @Override
  public int protocol() {
    return IpProtocol.TCP;
  }

  /** Handles one segment. What it calls for is sent by {@link #flush} at the latest. */
  @Override
  public void receive(PacketBuffer packet, IpPacket ip, long nowNanos) {
    assert isOwner();
    input.receive(packet, ip, nowNanos);
  }

  /** The state in here has one owner at a time, and no lock. */
  private boolean isOwner() {
    return context.owner.isHeldByCurrentThread();
  }

  @Override
  public void icmpError(IcmpError error, long nowNanos) {
    assert isOwner();
    icmpReaction.icmpError(error, nowNanos);
  }

  @Override
  public void execute(StackSocket socket, int commands, long nowNanos) {
    assert isOwner();
    executing = socket;
    context.atWork = socket.controlBlock() instanceof ConnectionEntry entry ? entry : null;
    userCalls.execute(socket, commands, nowNanos);
    context.atWork = null;
    executing = null;
  }

  /**
   * Puts things in order after something was thrown out of one of the other methods: the connection
   * that was being worked on is given up, a segment that was begun is discarded. Does nothing if
   * there is nothing to do.
   */
  @Override
  public void recover(long nowNanos) {
    assert isOwner();
    ConnectionEntry hit = context.atWork;
    StackSocket socket = executing;
    // Once: what even this cannot end would be tried for ever.
    context.atWork = null;
    executing = null;
    sender.discardUnfinished();
    try {
      if (hit != null) {
        abandon(hit, nowNanos);
      } else if (socket instanceof StreamSocket stream && stream.controlBlock() == null) {
        abandonUnconnected(stream);
      }
    } finally {
      sender.discardUnfinished();
    }
  }

  /** The handshake could not even be started, which somebody waits for. */
  private static void abandonUnconnected(StreamSocket socket) {
    if (socket.state() == StreamSocket.State.CONNECTING) {
      socket.fail(SocketError.ECONNABORTED);
    }
  }

  private void abandon(ConnectionEntry hit, long nowNanos) {
    // A connection changes its form: what the table has now is what is left of it.
    ConnectionEntry present = context.connections.find(hit);
    if (hit instanceof TransmissionControlBlock tcb) {
      teardown.abandon(tcb, nowNanos);
    } else if (present instanceof TransmissionControlBlock tcb) {
      teardown.abandon(tcb, nowNanos);
    } else if (present instanceof HalfOpenConnection halfOpen) {
      synAcks.remove(halfOpen);
    } else if (present instanceof TimeWaitRecord record) {
      teardown.endTimeWait(record);
    }
  }

  /**
   * Ends a poll: sends the output and ACKs that came due in it and signals the sockets that became
   * ready in it.
   */
  @Override
  public void flush(long nowNanos) {
    assert isOwner();
    flushedNanos = nowNanos;
    TouchedConnections touched = context.touched;
    int count = touched.size();
    if (count == 0) {
      return;
    }
    try {
      for (int i = 0; i < count; i++) {
        finish(touched.take(), nowNanos);
      }
    } finally {
      touched.removeTaken();
    }
  }

  private void finish(ConnectionEntry entry, long nowNanos) {
    context.atWork = entry;
    switch (entry) {
      case TransmissionControlBlock tcb -> finish(tcb, nowNanos);
      case HalfOpenConnection halfOpen -> synAcks.finish(halfOpen, nowNanos);
      case TimeWaitRecord record -> timeWaitInput.finish(record, nowNanos);
    }
  }

  private void finish(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.state != TcpState.CLOSED) {
      if (tcb.synPending) {
        syns.open(tcb, nowNanos);
      }
      if (tcb.resendPending) {
        timers.resendFirst(tcb, nowNanos);
      }
      if (tcb.outputPending) {
        output.transmit(tcb, nowNanos);
      }
      if (tcb.ackNow) {
        output.sendAck(tcb, nowNanos);
      }
    }
    if (tcb.signals != 0) {
      signal(tcb);
    }
    context.atWork = null;
  }

  /** An error that hits while somebody is woken says nothing of the connection: again, later. */
  private void signal(TransmissionControlBlock tcb) {
    int signals = tcb.signals;
    tcb.signals = 0;
    try {
      tcb.socket.readiness().signal(signals);
    } catch (Error error) {
      context.atWork = null;
      tcb.signals |= signals;
      context.touched.add(tcb);
      throw error;
    }
  }

  @Override
  public boolean isFlushDue() {
    return !context.touched.isEmpty();
  }

  @Override
  public void runTimers(long nowNanos) {
    assert isOwner();
    ConnectionEntry entry = (ConnectionEntry) context.timers.pollExpired(nowNanos);
    while (entry != null) {
      context.atWork = entry;
      switch (entry) {
        case TransmissionControlBlock tcb -> timers.expired(tcb, nowNanos);
        case HalfOpenConnection halfOpen -> synAcks.timedOut(halfOpen, nowNanos);
        case TimeWaitRecord record -> teardown.endTimeWait(record);
      }
      context.atWork = null;
      entry = (ConnectionEntry) context.timers.pollExpired(nowNanos);
    }
  }

  @Override
  public long nextDeadlineNanos() {
    return context.touched.isEmpty() ? context.timers.nextNanos() : flushedNanos;
  }

  /**
   * Closes every socket as the kernel closes those of a process that exits: what was written is
   * still delivered, then FIN; unread bytes make it RST.
   */
  @Override
  public void closeAll(long nowNanos) {
    listeners.forEach(userCalls::closeAtExit);
    for (ConnectionEntry entry : entries()) {
      if (entry instanceof TransmissionControlBlock tcb) {
        userCalls.closeAtExit(tcb, nowNanos);
      }
    }
  }

  /** Whether no connection has anything left to send or to see acknowledged. */
  @Override
  public boolean isQuiescent() {
    for (ConnectionEntry entry : entries()) {
      if (entry instanceof TransmissionControlBlock tcb && !tcb.isQuiescent()) {
        return false;
      }
    }
    return true;
  }

  /** Whether the peers have acknowledged every byte; a FIN may still be on its way. */
  @Override
  public boolean isDelivered() {
    for (ConnectionEntry entry : entries()) {
      if (entry instanceof TransmissionControlBlock tcb && tcb.sendQueue().queuedBytes() > 0) {
        return false;
      }
    }
    return true;
  }

  /** Connections in any state but TIME-WAIT, half-open ones included. */
  @Override
  public int connectionCount() {
    return context.connections.size() - context.timeWaits;
  }

  @Override
  public List<TcbSnapshot> snapshot() {
    List<TcbSnapshot> dump = new ArrayList<>();
    listeners.forEach(listener -> dump.add(TcbSnapshot.of(listener)));
    for (ConnectionEntry entry : entries()) {
      dump.add(TcbSnapshot.of(entry));
    }
    return dump;
  }

  private List<ConnectionEntry> entries() {
    List<ConnectionEntry> entries = new ArrayList<>(context.connections.size());
    context.connections.forEach(entries::add);
    return entries;
  }
}
