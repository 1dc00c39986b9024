package dev.sidestep.stack.ip;

/**
 * The facts about the IP packet being received that the layers above need. One object per shard,
 * filled anew for each packet, valid until the input path returns.
 */
public final class IpPacket {
  /** Source address, both halves; see {@link dev.sidestep.stack.wire.IpAddress}. */
  public long sourceHigh;

  public long sourceLow;

  /** Destination address, both halves. */
  public long destinationHigh;

  public long destinationLow;

  /** Transport protocol number: 1 ICMP, 6 TCP, 17 UDP. */
  public int protocol;

  /** Time to live (IPv4) or hop limit (IPv6). */
  public int hopLimit;

  /** Type of service (IPv4) or traffic class (IPv6); the low two bits are ECN. */
  public int trafficClass;

  /** Where the IP header starts in the packet buffer's memory. */
  public int headerOffset;

  /** Where the transport header starts in the packet buffer's memory. */
  public int payloadOffset;

  /** Bytes from {@link #payloadOffset} to the packet's end; link padding is not counted. */
  public int payloadLength;

  /** Whether the destination is a broadcast or multicast address (RFC 9293 MUST-57). */
  public boolean toMany;

  /** Whether the device vouches for the checksums, so software need not look at them. */
  public boolean checksumsVerified;

  /** Whether the transport checksum may be only begun; see {@code receivesUnfinished}. */
  public boolean checksumMayBeBegun;
}
