package dev.sidestep.compat.overload;

import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.Ipv4Header;
import dev.sidestep.stack.wire.TcpHeader;
import dev.sidestep.stack.wire.TcpOptions;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.SplittableRandom;

/** The frames of a flood, made beforehand so that sending them costs no more than a copy. */
final class Flood {

  /** What the frames are. */
  enum Kind {
    /** UDP to ports that nobody has. */
    UDP,
    /** An IP protocol that nobody knows. */
    UNKNOWN,
    /** Frames and packets with wrong lengths, checksums, versions and options. */
    MALFORMED,
    /** UDP, UNKNOWN and MALFORMED in turn. */
    GARBAGE,
    /** ACKs to the victim's port, of connections that it does not have. */
    STRAY,
    /** SYNs to the victim's port, each from other ends, of which nobody answers the SYN-ACK. */
    SYN;

    static Kind of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  private static final int PROTOCOL_UDP = 17;

  /** RFC 3692: for experiments. */
  private static final int PROTOCOL_UNKNOWN = 253;

  /** RFC 2544: for benchmarks. Two such networks, 131,072 addresses. */
  private static final int FORGED_NETWORK = (198 << 24) | (18 << 16);

  private static final int FORGED_BITS = 17;
  private static final int PAYLOAD_BYTES = 18;
  private static final int IP_AT = EthernetHeader.LENGTH_BYTES;
  private static final int TCP_AT = IP_AT + Ipv4Header.MIN_LENGTH_BYTES;

  private final long victimMac;
  private final long ownMac;
  private final int victim;
  private final int port;
  private final SplittableRandom random = new SplittableRandom(1);

  /**
   * Frames to a victim.
   *
   * @param victim its IPv4 address
   * @param port the port where it listens
   */
  Flood(long victimMac, long ownMac, int victim, int port) {
    this.victimMac = victimMac;
    this.ownMac = ownMac;
    this.victim = victim;
    this.port = port;
  }

  /** Makes {@code count} frames that differ. */
  byte[][] frames(Kind kind, int count) {
    byte[][] frames = new byte[count][];
    for (int i = 0; i < count; i++) {
      frames[i] = frame(kind == Kind.GARBAGE ? Kind.values()[i % Kind.GARBAGE.ordinal()] : kind);
    }
    return frames;
  }

  private byte[] frame(Kind kind) {
    return switch (kind) {
      case UDP -> ipv4(PROTOCOL_UDP, udp());
      case UNKNOWN -> ipv4(PROTOCOL_UNKNOWN, bytes(PAYLOAD_BYTES));
      case MALFORMED -> malformed();
      case STRAY -> tcp(TcpHeader.ACK, 0);
      case SYN -> tcp(TcpHeader.SYN, TcpOptions.synLength(true, true, 7));
      case GARBAGE -> throw new IllegalArgumentException("garbage is several kinds");
    };
  }

  /** Something with one thing wrong with it. */
  private byte[] malformed() {
    byte[] frame = tcp(TcpHeader.ACK, 0);
    switch (random.nextInt(5)) {
      case 0 -> frame[IP_AT] = (byte) random.nextInt(0x40);
      case 1 -> frame[IP_AT + 10] ^= 0x55;
      case 2 -> frame[TCP_AT + 16] ^= 0x55;
      case 3 -> frame[TCP_AT + 12] = (byte) (random.nextInt(5) << 4);
      default -> frame = ethernet(bytes(1 + random.nextInt(PAYLOAD_BYTES)));
    }
    return frame;
  }

  private byte[] udp() {
    byte[] datagram = bytes(8 + PAYLOAD_BYTES);
    datagram[4] = 0;
    datagram[5] = (byte) datagram.length;
    // RFC 768: no checksum.
    datagram[6] = 0;
    datagram[7] = 0;
    return datagram;
  }

  private byte[] tcp(int flags, int optionBytes) {
    int source = forgedAddress();
    byte[] segment = new byte[TcpHeader.MIN_LENGTH_BYTES + optionBytes];
    MemorySegment view = MemorySegment.ofArray(segment);
    TcpHeader.write(
        view,
        0,
        1024 + random.nextInt(60_000),
        port,
        random.nextInt(),
        flags == TcpHeader.SYN ? 0 : random.nextInt(),
        segment.length,
        flags,
        0xffff);
    if (optionBytes > 0) {
      TcpOptions.writeSyn(
          view, TcpHeader.MIN_LENGTH_BYTES, 1460, true, true, random.nextInt(), 0, 7);
    }
    long sum =
        InternetChecksum.pseudoHeaderV4(source, victim, IpProtocol.TCP, segment.length)
            + InternetChecksum.sum(view, 0, segment.length);
    TcpHeader.setChecksum(view, 0, InternetChecksum.checksum(sum));
    return ipv4(IpProtocol.TCP, source, segment);
  }

  private byte[] ipv4(int protocol, byte[] payload) {
    return ipv4(protocol, forgedAddress(), payload);
  }

  private byte[] ipv4(int protocol, int source, byte[] payload) {
    byte[] packet = new byte[Ipv4Header.MIN_LENGTH_BYTES + payload.length];
    Ipv4Header.write(
        MemorySegment.ofArray(packet), 0, 0, packet.length, 0, 0, 64, protocol, source, victim);
    System.arraycopy(payload, 0, packet, Ipv4Header.MIN_LENGTH_BYTES, payload.length);
    return ethernet(packet);
  }

  private int forgedAddress() {
    return FORGED_NETWORK | random.nextInt(1 << FORGED_BITS);
  }

  private byte[] ethernet(byte[] payload) {
    byte[] frame = new byte[IP_AT + payload.length];
    EthernetHeader.write(
        MemorySegment.ofArray(frame), 0, victimMac, ownMac, EthernetHeader.TYPE_IPV4);
    System.arraycopy(payload, 0, frame, IP_AT, payload.length);
    return frame;
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
