package dev.sidestep.stack.testing;

import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.Ipv4Header;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Puts hand-made TCP segments on a link. */
public final class TcpFrames {

  private static final int TIME_TO_LIVE = 64;
  private static final int NO_BIT = -1;

  private TcpFrames() {}

  /** Sends TCP header and payload as IPv4 over Ethernet, checksums filled in. */
  public static void sendTcp(
      NicDevice device, long toMac, IpAddress from, IpAddress to, byte[] segment) {
    sendTcp(device, toMac, from, to, segment, NO_BIT);
  }

  /**
   * The same with one bit of TCP header or payload that no longer is what the checksum says.
   *
   * @param flippedBit counted from the first bit of the TCP header
   */
  public static void sendTcp(
      NicDevice device, long toMac, IpAddress from, IpAddress to, byte[] segment, int flippedBit) {
    PacketBuffer frame = device.queue(0).pool().allocate();
    if (frame == null) {
      throw new AssertionError("no packet buffer left on " + device.name());
    }
    int at = frame.append(segment.length);
    MemorySegment memory = frame.memory();
    MemorySegment.copy(segment, 0, memory, ValueLayout.JAVA_BYTE, at, segment.length);
    if (segment.length >= TcpHeader.MIN_LENGTH_BYTES) {
      setChecksum(memory, at, from, to, segment.length);
    }
    if (flippedBit != NO_BIT) {
      flip(memory, at, flippedBit);
    }
    pushHeaders(frame, device.macAddress(), toMac, from, to);
    device.queue(0).txBurst(new PacketBuffer[] {frame}, 0, 1);
  }

  private static void setChecksum(
      MemorySegment memory, int at, IpAddress from, IpAddress to, int lengthBytes) {
    TcpHeader.setChecksum(memory, at, 0);
    long sum =
        InternetChecksum.sum(memory, at, lengthBytes)
            + InternetChecksum.pseudoHeaderV4(from.v4(), to.v4(), IpProtocol.TCP, lengthBytes);
    TcpHeader.setChecksum(memory, at, InternetChecksum.checksum(sum));
  }

  private static void flip(MemorySegment memory, int at, int bit) {
    long octet = at + (long) (bit >>> 3);
    byte value = memory.get(ValueLayout.JAVA_BYTE, octet);
    memory.set(ValueLayout.JAVA_BYTE, octet, (byte) (value ^ (0x80 >>> (bit & 7))));
  }

  private static void pushHeaders(
      PacketBuffer frame, long fromMac, long toMac, IpAddress from, IpAddress to) {
    int at = frame.push(Ipv4Header.MIN_LENGTH_BYTES);
    Ipv4Header.write(
        frame.memory(),
        at,
        0,
        frame.length(),
        0,
        Ipv4Header.DONT_FRAGMENT,
        TIME_TO_LIVE,
        IpProtocol.TCP,
        from.v4(),
        to.v4());
    at = frame.push(EthernetHeader.LENGTH_BYTES);
    EthernetHeader.write(frame.memory(), at, toMac, fromMac, EthernetHeader.TYPE_IPV4);
  }
}
