package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.TcpHeader;
import dev.sidestep.stack.wire.TcpOptions;
import org.jspecify.annotations.Nullable;

/**
 * Takes segments from IP, checks them and finds whom each is for (tcp_v4_rcv): a connection, one
 * that is half open or in TIME-WAIT, a listener, or nobody.
 */
final class SegmentInput {

  private final TcpContext context;
  private final ShardCounters counters;
  private final ListenerTable listeners;
  private final SegmentSender sender;
  private final PassiveOpen passiveOpen;
  private final HalfOpenInput halfOpenInput;
  private final TcpInput input;
  private final TimeWaitInput timeWaitInput;
  private final SegmentInfo segment = new SegmentInfo();

  SegmentInput(
      TcpContext context,
      ListenerTable listeners,
      SegmentSender sender,
      PassiveOpen passiveOpen,
      HalfOpenInput halfOpenInput,
      TcpInput input,
      TimeWaitInput timeWaitInput) {
    this.context = context;
    this.counters = context.counters;
    this.listeners = listeners;
    this.sender = sender;
    this.passiveOpen = passiveOpen;
    this.halfOpenInput = halfOpenInput;
    this.input = input;
    this.timeWaitInput = timeWaitInput;
  }

  /** Handles one segment. Borrows it. */
  void receive(PacketBuffer packet, IpPacket ip, long nowNanos) {
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
            IpProtocol.TCP,
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
}
