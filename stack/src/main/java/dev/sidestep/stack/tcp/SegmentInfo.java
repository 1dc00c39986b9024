package dev.sidestep.stack.tcp;

import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.ParsedTcpOptions;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The segment being received, with the names RFC 9293 §3.3.1 gives its variables. One object per
 * shard, filled anew for each segment.
 */
final class SegmentInfo {

  private static final MemorySegment NOTHING = Arena.global().allocate(1);

  final ParsedTcpOptions options = new ParsedTcpOptions();

  /** SEG.SEQ of the first byte that {@link #payloadOffset} shows, or of the SYN. */
  int segSeq;

  int segAck;

  /** The window field, not scaled. */
  int windowField;

  int flags;

  /** SEG.UP, if there is {@link TcpHeader#URG}. */
  int urgentPointer;

  int ports;

  MemorySegment memory = NOTHING;
  long payloadOffset;
  int payloadBytes;

  /** Takes over a segment whose header is valid, all but its options. */
  void readHeader(PacketBuffer packet, IpPacket ip) {
    memory = packet.memory();
    long at = ip.payloadOffset;
    segSeq = TcpHeader.seq(memory, at);
    segAck = TcpHeader.ack(memory, at);
    windowField = TcpHeader.window(memory, at);
    flags = TcpHeader.flags(memory, at);
    urgentPointer = has(TcpHeader.URG) ? TcpHeader.urgentPointer(memory, at) : 0;
    ports = TcpHeader.ports(memory, at);
    int headerBytes = TcpHeader.headerLength(memory, at);
    payloadOffset = at + headerBytes;
    payloadBytes = ip.payloadLength - headerBytes;
  }

  /** Forgets the packet, which is borrowed. */
  void clear() {
    memory = NOTHING;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** SEG.LEN: bytes of text, and one each for SYN and FIN. */
  int segLen() {
    return payloadBytes + ((flags & TcpHeader.SYN) >>> 1) + (flags & TcpHeader.FIN);
  }

  /** The sequence number behind the segment's last one. */
  int endSeq() {
    return segSeq + segLen();
  }

  /** The sequence number behind the segment's text: that of its FIN, if it has one. */
  int textEndSeq() {
    return segSeq + payloadBytes;
  }

  /** Cuts {@code bytes} of text off the front. */
  void trimFront(int bytes) {
    segSeq += bytes;
    payloadOffset += bytes;
    payloadBytes -= bytes;
  }

  /** Cuts {@code bytes} of text off the end, and with it the FIN. */
  void trimEnd(int bytes) {
    payloadBytes -= bytes;
    flags &= ~TcpHeader.FIN;
  }
}
