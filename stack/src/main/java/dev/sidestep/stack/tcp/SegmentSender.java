package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.ip.Routes;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.TcpHeader;
import dev.sidestep.stack.wire.TcpOptions;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Puts single segments on their way: buffer, checksum, IP. Knows no connection's state. */
final class SegmentSender {

  private final Routes routes;
  private final ShardCounters counters;

  /** The buffer between {@link #begin} and {@link #finish}, which is nobody else's. */
  private @Nullable PacketBuffer inHand;

  SegmentSender(Routes routes, ShardCounters counters) {
    this.routes = routes;
    this.counters = counters;
  }

  /** The way for one answer, or null; see {@link Routes#findForAnswer}. */
  @Nullable Route answerRoute(ConnectionEntry to) {
    return routes.findForAnswer(to.remoteHigh, to.remoteLow);
  }

  /** The way to a destination, or null. */
  @Nullable Route route(ConnectionEntry to) {
    return routes.find(to.remoteAddress());
  }

  /** A buffer with {@code headerBytes} at its front to be written, or null if there is none. */
  @Nullable PacketBuffer begin(Route route, int headerBytes) {
    return begun(route.allocate(), headerBytes);
  }

  /** The same for a segment that carries nothing and opens nothing. */
  @Nullable PacketBuffer beginControl(Route route, int headerBytes) {
    return begun(route.allocateControl(), headerBytes);
  }

  private @Nullable PacketBuffer begun(@Nullable PacketBuffer packet, int headerBytes) {
    if (packet == null) {
      counters.increment(Counter.TX_WAITS);
      return null;
    }
    inHand = packet;
    packet.append(headerBytes);
    return packet;
  }

  /** Frees the buffer of a segment that was begun and, because of an error, not finished. */
  void discardUnfinished() {
    PacketBuffer packet = inHand;
    if (packet != null) {
      inHand = null;
      packet.free();
    }
  }

  /** Fills in the checksum and sends. */
  void finish(
      PacketBuffer packet, ConnectionEntry to, Route route, int trafficClass, long nowNanos) {
    finish(
        packet,
        route,
        to.localHigh,
        to.localLow,
        to.remoteHigh,
        to.remoteLow,
        trafficClass,
        nowNanos);
  }

  private void finish(
      PacketBuffer packet,
      Route route,
      long localHigh,
      long localLow,
      long remoteHigh,
      long remoteLow,
      int trafficClass,
      long nowNanos) {
    if (!route.fillsChecksums()) {
      int length = packet.length();
      long sum =
          InternetChecksum.pseudoHeader(
                  localHigh, localLow, remoteHigh, remoteLow, IpProtocol.TCP, length)
              + InternetChecksum.sum(packet.memory(), packet.offset(), length);
      TcpHeader.setChecksum(packet.memory(), packet.offset(), InternetChecksum.checksum(sum));
    }
    counters.increment(Counter.TCP_SEGMENTS_SENT);
    inHand = null;
    route.send(
        packet, localHigh, localLow, remoteHigh, remoteLow, IpProtocol.TCP, trafficClass, nowNanos);
  }

  /** Sends a segment without text. Returns false if there was no buffer. */
  boolean sendBare(
      ConnectionEntry to,
      Route route,
      int seq,
      int ack,
      int flags,
      int windowField,
      boolean timestamps,
      int timestampValue,
      int timestampEcho,
      long nowNanos) {
    int headerBytes =
        TcpHeader.MIN_LENGTH_BYTES + (timestamps ? TcpOptions.TIMESTAMPS_LENGTH_BYTES : 0);
    PacketBuffer packet = beginControl(route, headerBytes);
    if (packet == null) {
      return false;
    }
    TcpHeader.write(
        packet.memory(),
        packet.offset(),
        to.localPort(),
        to.remotePort(),
        seq,
        ack,
        headerBytes,
        flags,
        windowField);
    if (timestamps) {
      long at = packet.offset() + (long) TcpHeader.MIN_LENGTH_BYTES;
      TcpOptions.writeTimestamps(packet.memory(), at, timestampValue, timestampEcho);
    }
    finish(packet, to, route, 0, nowNanos);
    return true;
  }

  /** Sends a SYN or SYN-ACK with Linux's options. Returns false if there was no buffer. */
  boolean sendSyn(
      ConnectionEntry to,
      Route route,
      int seq,
      int ack,
      int flags,
      int windowField,
      boolean sackPermitted,
      boolean timestamps,
      int timestampValue,
      int timestampEcho,
      int windowScale,
      int trafficClass,
      long nowNanos) {
    int headerBytes =
        TcpHeader.MIN_LENGTH_BYTES + TcpOptions.synLength(sackPermitted, timestamps, windowScale);
    PacketBuffer packet = begin(route, headerBytes);
    if (packet == null) {
      return false;
    }
    MemorySegment memory = packet.memory();
    int at = packet.offset();
    TcpHeader.write(
        memory, at, to.localPort(), to.remotePort(), seq, ack, headerBytes, flags, windowField);
    TcpOptions.writeSyn(
        memory,
        at + (long) TcpHeader.MIN_LENGTH_BYTES,
        route.mtuBytes() - route.headerBytes() - TcpHeader.MIN_LENGTH_BYTES,
        sackPermitted,
        timestamps,
        timestampValue,
        timestampEcho,
        windowScale);
    finish(packet, to, route, trafficClass, nowNanos);
    return true;
  }

  /**
   * Sends an ACK without text for something that has no TCB, timestamps if {@code timestamps}.
   * Returns false if there was no buffer.
   */
  boolean sendAck(
      ConnectionEntry to,
      int seq,
      int ack,
      int windowField,
      boolean timestamps,
      int timestampValue,
      int timestampEcho,
      long nowNanos) {
    Route route = answerRoute(to);
    return route != null
        && sendBare(
            to,
            route,
            seq,
            ack,
            TcpHeader.ACK,
            windowField,
            timestamps,
            timestampValue,
            timestampEcho,
            nowNanos);
  }

  /**
   * Answers a segment nobody wants with RST (RFC 9293 §3.10.7.1, §3.5.2). A RST is never answered,
   * nor is what was sent to many (MUST-57).
   */
  void sendReset(SegmentInfo seg, IpPacket packet, long nowNanos) {
    if (seg.has(TcpHeader.RST) || packet.toMany) {
      return;
    }
    Route route = routes.findForAnswer(packet.sourceHigh, packet.sourceLow);
    PacketBuffer reset = route == null ? null : beginControl(route, TcpHeader.MIN_LENGTH_BYTES);
    if (route == null || reset == null) {
      return;
    }
    boolean acknowledges = seg.has(TcpHeader.ACK);
    TcpHeader.write(
        reset.memory(),
        reset.offset(),
        seg.ports & 0xffff,
        seg.ports >>> 16,
        acknowledges ? seg.segAck : 0,
        acknowledges ? 0 : seg.endSeq(),
        TcpHeader.MIN_LENGTH_BYTES,
        acknowledges ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK,
        0);
    counters.increment(Counter.TCP_RESETS_SENT);
    finish(
        reset,
        route,
        packet.destinationHigh,
        packet.destinationLow,
        packet.sourceHigh,
        packet.sourceLow,
        0,
        nowNanos);
  }
}
