package dev.sidestep.stack.packet;

/**
 * Every way a packet can end before it reaches somebody who wants it. Each has one counter, so a
 * misbehaving network can be read off the statistics.
 */
public enum DropReason {
  /** Not a drop: the value validators return for a packet that is in order. */
  NONE("accepted"),

  FRAME_TOO_SHORT("Ethernet frame shorter than its header"),
  FRAME_TOO_LONG("frame longer than a packet buffer"),
  ETHERNET_OTHER_HOST("destination MAC address is not ours"),
  ETHERNET_UNKNOWN_TYPE("EtherType that nothing here handles"),

  ARP_MALFORMED("ARP packet with wrong lengths, types or addresses"),
  ARP_UNSOLICITED("ARP reply that nothing asked for"),
  ARP_OWN_ADDRESS("ARP packet that claims one of our addresses"),
  NEIGHBOR_QUEUE_FULL("too many packets wait for one neighbour's MAC address"),
  NEIGHBOR_UNREACHABLE("neighbour did not answer ARP"),

  IP_MALFORMED("IP header with impossible version or lengths"),
  IP_CHECKSUM("IPv4 header checksum wrong"),
  IP_BAD_SOURCE("source address that no host may send from"),
  IP_NOT_LOCAL("destination address is not ours"),
  IP_SOURCE_ROUTE("source-routed packet"),
  IP_FRAGMENT("IP fragment"),
  IP_UNKNOWN_PROTOCOL("transport protocol that nothing here handles"),
  IP_NO_ROUTE("no route to the destination"),
  IP_PACKET_TOO_BIG("packet larger than the MTU of the route"),

  ICMP_MALFORMED("ICMP message truncated or with a bad code"),
  ICMP_CHECKSUM("ICMP checksum wrong"),
  ICMP_IGNORED("ICMP type that is not answered or acted upon"),
  ICMP_RATE_LIMITED("ICMP message over the rate limit"),

  UDP_MALFORMED("UDP header with impossible length"),
  UDP_CHECKSUM("UDP checksum wrong"),
  UDP_NO_SOCKET("no socket on the UDP port"),

  TCP_MALFORMED("TCP header with impossible lengths or flags"),
  TCP_CHECKSUM("TCP checksum wrong"),
  TCP_BAD_ADDRESS("TCP segment from or to a broadcast or multicast address"),
  TCP_NO_SOCKET("no socket for the segment; answered with RST"),
  TCP_BACKLOG_FULL("listener's accept queue is full"),
  TCP_OUTSIDE_WINDOW("segment outside the receive window"),
  TCP_BAD_ACK("acknowledgement of something never sent, or too old"),
  TCP_PAWS("timestamp older than the last one (RFC 7323 PAWS)"),
  TCP_BAD_RST("RST that does not match RCV.NXT exactly (RFC 5961)"),
  TCP_NO_MEMORY("socket memory exhausted"),
  TCP_REASSEMBLY_FULL("too many holes in the out-of-order queue"),
  TCP_AFTER_CLOSE("data after the application closed"),

  POOL_EMPTY("no packet buffer free"),
  TX_RING_FULL("transmit ring full"),
  LINK_DOWN("link was down for too long"),
  INTERNAL_ERROR("a defect in the stack; the packet is dropped, the stack goes on");

  private final String meaning;

  DropReason(String meaning) {
    this.meaning = meaning;
  }

  /** What a non-zero count of this reason means, in one line. */
  public String meaning() {
    return meaning;
  }
}
