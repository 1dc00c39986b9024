package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.icmp.IcmpError;
import dev.sidestep.stack.icmp.IcmpErrorListener;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.Routes;
import dev.sidestep.stack.ip.TransportInput;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.TcpHeader;
import dev.sidestep.stack.wire.TcpOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * TCP of one shard: the only door into this package.
 *
 * <p>Threads: the shard's owner, for every method. Times are those of the shard's clock.
 */
public final class TcpStack implements TransportInput, IcmpErrorListener {

  private final TcpContext context;
  private final ShardCounters counters;
  private final ListenerTable listeners = new ListenerTable();
  private final SegmentInfo segment = new SegmentInfo();

  private final SegmentSender sender;
  private final TcpOutput output;
  private final SynAckOutput synAcks;
  private final PassiveOpen passiveOpen;
  private final HalfOpenInput halfOpenInput;
  private final TcpInput input;
  private final TimeWaitInput timeWaitInput;
  private final TcpTimers timers;
  private final UserCalls userCalls;
  private final IcmpReaction icmpReaction;
  private final ConnectionEnd end;

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
    this.counters = counters;
    this.context = new TcpContext(config, memory, owner, counters, random);
    this.sender = new SegmentSender(routes, counters);
    this.output = new TcpOutput(context, sender);
    this.end = new ConnectionEnd(context, output);
    this.synAcks = new SynAckOutput(context, sender);
    ConnectionStart start = new ConnectionStart(context, sender);
    this.passiveOpen = new PassiveOpen(context, sender, synAcks, start);
    this.halfOpenInput = new HalfOpenInput(context, sender, synAcks, start);
    this.timeWaitInput = new TimeWaitInput(context, sender, end, passiveOpen);
    this.timers = new TcpTimers(context, output, end);
    this.userCalls = new UserCalls(context, routes, listeners, synAcks, output, end);
    this.icmpReaction = new IcmpReaction(context, output, end);
    SendTuning tuning = new SendTuning(config);
    AckInput ackInput = new AckInput(context, output, tuning, end);
    TextInput textInput = new TextInput(context, output, end);
    this.input = new TcpInput(context, sender, output, ackInput, textInput, end);
  }

  /** Handles one segment. What it calls for is sent by {@link #flush} at the latest. */
  @Override
  public void receive(PacketBuffer packet, IpPacket ip, long nowNanos) {
    assert isOwner();
    counters.increment(Counter.TCP_SEGMENTS_RECEIVED);
    DropReason verdict = validate(packet, ip);
    if (verdict != DropReason.NONE) {
      counters.drop(verdict);
      return;
    }
    SegmentInfo seg = segment;
    seg.readHeader(packet, ip);
    long options = ip.payloadOffset + (long) TcpHeader.MIN_LENGTH_BYTES;
    TcpOptions.parse(seg.memory, options, (int) (seg.payloadOffset - options), seg.options);
    dispatch(seg, ip, nowNanos);
    context.atWork = null;
    seg.clear();
  }

  /** The state in here has one owner at a time, and no lock. */
  private boolean isOwner() {
    return context.owner.isHeldByCurrentThread();
  }

  private DropReason validate(PacketBuffer packet, IpPacket ip) {
    DropReason verdict = TcpHeader.validate(packet.memory(), ip.payloadOffset, ip.payloadLength);
    if (verdict != DropReason.NONE) {
      return verdict;
    }
    if (ip.toMany) {
      return DropReason.TCP_BAD_ADDRESS;
    }
    return ip.checksumsVerified || isChecksumValid(packet, ip)
        ? DropReason.NONE
        : DropReason.TCP_CHECKSUM;
  }

  private boolean isChecksumValid(PacketBuffer packet, IpPacket ip) {
    long pseudoHeader =
        InternetChecksum.pseudoHeader(
            ip.sourceHigh,
            ip.sourceLow,
            ip.destinationHigh,
            ip.destinationLow,
            SegmentSender.PROTOCOL_TCP,
            ip.payloadLength);
    if (ip.checksumMayBeBegun && isChecksumBegun(packet, ip, pseudoHeader)) {
      counters.increment(Counter.TCP_CHECKSUMS_BEGUN);
      return true;
    }
    long sum =
        pseudoHeader + InternetChecksum.sum(packet.memory(), ip.payloadOffset, ip.payloadLength);
    return InternetChecksum.isValid(sum);
  }

  /**
   * Whether the kernel at the other end of this link has left the checksum to a device, as it does
   * on virtual links by default and when it joins segments it has received (GRO). It marks such
   * packets, but the driver does not pass the mark on, so the field's value has to do. The risk: of
   * the segments a wire has corrupted, those whose field happens to have this value, one in 65,536,
   * are believed. Hence only where such packets can come from.
   */
  private static boolean isChecksumBegun(PacketBuffer packet, IpPacket ip, long pseudoHeader) {
    return TcpHeader.checksum(packet.memory(), ip.payloadOffset)
        == InternetChecksum.begun(pseudoHeader);
  }

  private void dispatch(SegmentInfo seg, IpPacket ip, long nowNanos) {
    ConnectionEntry entry =
        context.connections.find(
            ip.destinationHigh, ip.destinationLow, ip.sourceHigh, ip.sourceLow, seg.ports);
    context.atWork = entry;
    switch (entry) {
      case TransmissionControlBlock tcb -> input.segmentArrives(tcb, seg, ip, nowNanos);
      case HalfOpenConnection halfOpen -> {
        TransmissionControlBlock tcb = halfOpenInput.segmentArrives(halfOpen, seg, ip, nowNanos);
        arrivesOpened(tcb, seg, ip, nowNanos);
      }
      case TimeWaitRecord record ->
          timeWaitInput.segmentArrives(record, listener(seg, ip), seg, ip, nowNanos);
      case null -> arrivesUnknown(seg, ip, nowNanos);
    }
  }

  /** The segment that has opened a connection may also carry text. */
  private void arrivesOpened(
      @Nullable TransmissionControlBlock opened, SegmentInfo seg, IpPacket ip, long nowNanos) {
    if (opened != null) {
      context.atWork = opened;
      input.segmentArrives(opened, seg, ip, nowNanos);
    }
  }

  private @Nullable Listener listener(SegmentInfo seg, IpPacket ip) {
    int flowHash =
        context.connections.hash(
            ip.destinationHigh, ip.destinationLow, ip.sourceHigh, ip.sourceLow, seg.ports);
    return listeners.find(ip.destinationHigh, ip.destinationLow, seg.ports & 0xffff, flowHash);
  }

  /** LISTEN or CLOSED (RFC 9293 §3.10.7.1). */
  private void arrivesUnknown(SegmentInfo seg, IpPacket ip, long nowNanos) {
    Listener listener = listener(seg, ip);
    if (listener != null) {
      TransmissionControlBlock tcb = passiveOpen.arrivesInListen(listener, seg, ip, nowNanos);
      arrivesOpened(tcb, seg, ip, nowNanos);
    } else {
      counters.drop(DropReason.TCP_NO_SOCKET);
      sender.sendReset(seg, ip, nowNanos);
    }
  }

  @Override
  public void icmpError(IcmpError error, long nowNanos) {
    assert isOwner();
    icmpReaction.icmpError(error, nowNanos);
  }

  /**
   * Carries out what an application thread asked for.
   *
   * @param commands {@link dev.sidestep.stack.socket.Command} bits
   */
  public void execute(StackSocket socket, int commands, long nowNanos) {
    assert isOwner();
    executing = socket;
    context.atWork = socket.transport() instanceof ConnectionEntry entry ? entry : null;
    userCalls.execute(socket, commands, nowNanos);
    context.atWork = null;
    executing = null;
  }

  /**
   * Puts things in order after something was thrown out of one of the other methods: the connection
   * that was being worked on is given up, a segment that was begun is discarded. Does nothing if
   * there is nothing to do.
   */
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
      } else if (socket instanceof StreamSocket stream && stream.transport() == null) {
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
      end.abandon(tcb, nowNanos);
    } else if (present instanceof TransmissionControlBlock tcb) {
      end.abandon(tcb, nowNanos);
    } else if (present instanceof HalfOpenConnection halfOpen) {
      synAcks.remove(halfOpen);
    } else if (present instanceof TimeWaitRecord record) {
      end.endTimeWait(record);
    }
  }

  /**
   * Ends a poll: sends the output and ACKs that came due in it and signals the sockets that became
   * ready in it.
   */
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
        output.open(tcb, nowNanos);
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

  /** Whether something waits for {@link #flush} to send it, or did so in vain. */
  public boolean isFlushDue() {
    return !context.touched.isEmpty();
  }

  /** Runs the timers that have come due. */
  public void runTimers(long nowNanos) {
    assert isOwner();
    ConnectionEntry entry = (ConnectionEntry) context.timers.pollExpired(nowNanos);
    while (entry != null) {
      context.atWork = entry;
      switch (entry) {
        case TransmissionControlBlock tcb -> timers.expired(tcb, nowNanos);
        case HalfOpenConnection halfOpen -> synAcks.timedOut(halfOpen, nowNanos);
        case TimeWaitRecord record -> end.endTimeWait(record);
      }
      context.atWork = null;
      entry = (ConnectionEntry) context.timers.pollExpired(nowNanos);
    }
  }

  /**
   * When {@link #runTimers} has something to do next; {@link Long#MAX_VALUE} for never. A time in
   * the past while {@link #flush} has something left to send for which there was no buffer.
   */
  public long nextDeadlineNanos() {
    return context.touched.isEmpty() ? context.timers.nextNanos() : flushedNanos;
  }

  /**
   * Closes every socket as the kernel closes those of a process that exits: what was written is
   * still delivered, then FIN; unread bytes make it RST.
   */
  public void closeAll(long nowNanos) {
    listeners.forEach(userCalls::closeAtExit);
    for (ConnectionEntry entry : entries()) {
      if (entry instanceof TransmissionControlBlock tcb) {
        userCalls.closeAtExit(tcb, nowNanos);
      }
    }
  }

  /** Whether no connection has anything left to send or to see acknowledged. */
  public boolean isQuiescent() {
    for (ConnectionEntry entry : entries()) {
      if (entry instanceof TransmissionControlBlock tcb && !tcb.isQuiescent()) {
        return false;
      }
    }
    return true;
  }

  /** Whether the peers have acknowledged every byte; a FIN may still be on its way. */
  public boolean isDelivered() {
    for (ConnectionEntry entry : entries()) {
      if (entry instanceof TransmissionControlBlock tcb && tcb.sendQueue().queuedBytes() > 0) {
        return false;
      }
    }
    return true;
  }

  /** Connections in any state but TIME-WAIT, half-open ones included. */
  public int connectionCount() {
    return context.connections.size() - context.timeWaits;
  }

  /** A socket dump. Slow; for people. */
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
