package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.icmp.IcmpError;
import dev.sidestep.stack.icmp.IcmpErrorListener;
import dev.sidestep.stack.ip.IpOutput;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.TransportInput;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
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
  private final PassiveOpen passiveOpen;
  private final TcpInput input;
  private final TimeWaitInput timeWaitInput;
  private final TcpTimers timers;
  private final UserCalls userCalls;
  private final IcmpReaction icmpReaction;
  private final ConnectionEnd end;

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
      IpOutput ip,
      SocketMemory memory,
      SocketOwner owner,
      ShardCounters counters,
      RandomGenerator random) {
    this.counters = counters;
    this.context = new TcpContext(config, memory, owner, counters, random);
    this.sender = new SegmentSender(ip, counters);
    this.output = new TcpOutput(context, sender);
    this.end = new ConnectionEnd(context, output);
    this.passiveOpen = new PassiveOpen(context, sender);
    this.timeWaitInput = new TimeWaitInput(context, sender, end, passiveOpen);
    this.timers = new TcpTimers(context, output, end);
    this.userCalls = new UserCalls(context, ip, listeners, passiveOpen, output, end);
    this.icmpReaction = new IcmpReaction(context, output, end);
    BufferTuning tuning = new BufferTuning(config);
    AckInput ackInput = new AckInput(context, output, tuning, end);
    TextInput textInput = new TextInput(context, output, tuning, end);
    this.input = new TcpInput(context, sender, output, ackInput, textInput, end);
  }

  /** Handles one segment. What it calls for is sent by {@link #flush} at the latest. */
  @Override
  public void receive(PacketBuffer packet, IpPacket ip, long nowNanos) {
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
    seg.clear();
  }

  private static DropReason validate(PacketBuffer packet, IpPacket ip) {
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

  private static boolean isChecksumValid(PacketBuffer packet, IpPacket ip) {
    long sum =
        InternetChecksum.pseudoHeader(
                ip.sourceHigh,
                ip.sourceLow,
                ip.destinationHigh,
                ip.destinationLow,
                SegmentSender.PROTOCOL_TCP,
                ip.payloadLength)
            + InternetChecksum.sum(packet.memory(), ip.payloadOffset, ip.payloadLength);
    return InternetChecksum.isValid(sum);
  }

  private void dispatch(SegmentInfo seg, IpPacket ip, long nowNanos) {
    ConnectionEntry entry =
        context.connections.find(
            ip.destinationHigh, ip.destinationLow, ip.sourceHigh, ip.sourceLow, seg.ports);
    switch (entry) {
      case TransmissionControlBlock tcb -> input.segmentArrives(tcb, seg, ip, nowNanos);
      case HalfOpenConnection halfOpen -> {
        TransmissionControlBlock tcb = passiveOpen.arrivesHalfOpen(halfOpen, seg, ip, nowNanos);
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
    icmpReaction.icmpError(error, nowNanos);
  }

  /**
   * Carries out what an application thread asked for.
   *
   * @param commands {@link dev.sidestep.stack.socket.Command} bits
   */
  public void execute(StackSocket socket, int commands, long nowNanos) {
    userCalls.execute(socket, commands, nowNanos);
  }

  /**
   * Ends a poll: sends the output and ACKs that came due in it and signals the sockets that became
   * ready in it.
   */
  public void flush(long nowNanos) {
    flushedNanos = nowNanos;
    TouchedConnections touched = context.touched;
    int count = touched.size();
    if (count == 0) {
      return;
    }
    for (int i = 0; i < count; i++) {
      finish(touched.take(i), nowNanos);
    }
    touched.removeTaken(count);
  }

  private void finish(TransmissionControlBlock tcb, long nowNanos) {
    if (tcb.state != TcpState.CLOSED) {
      if (tcb.outputPending) {
        output.transmit(tcb, nowNanos);
      }
      if (tcb.ackNow) {
        output.sendAck(tcb, nowNanos);
      }
    }
    int signals = tcb.signals;
    if (signals != 0) {
      tcb.signals = 0;
      tcb.socket.readiness().signal(signals);
    }
  }

  /** Runs the timers that have come due. */
  public void runTimers(long nowNanos) {
    TimerEntry entry = context.timers.pollExpired(nowNanos);
    while (entry != null) {
      switch ((ConnectionEntry) entry) {
        case TransmissionControlBlock tcb -> timers.expired(tcb, nowNanos);
        case HalfOpenConnection halfOpen -> passiveOpen.timedOut(halfOpen, nowNanos);
        case TimeWaitRecord record -> end.endTimeWait(record);
      }
      entry = context.timers.pollExpired(nowNanos);
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
