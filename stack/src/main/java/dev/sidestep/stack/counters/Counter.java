package dev.sidestep.stack.counters;

/** Everything the stack counts besides drops. Each says what a high value means. */
public enum Counter {
  RX_PACKETS("frames received"),
  RX_BYTES("bytes of frames received"),
  TX_PACKETS("frames transmitted"),
  TX_BYTES("bytes of frames transmitted"),
  TX_WAITS("times output waited for a packet buffer or room in the transmit ring"),
  POLLS("runs of the poll loop"),
  POLLS_WITH_WORK("runs of the poll loop that received at least one frame"),
  DRIVER_POLLS("runs of the poll loop by the background driver thread"),
  COMMANDS("requests that application threads left for the shard's owner"),

  ARP_REQUESTS_SENT("ARP requests sent"),
  ARP_REPLIES_SENT("ARP replies sent"),
  ICMP_ECHO_REPLIES_SENT("pings answered"),
  ICMP_ERRORS_SENT("ICMP errors sent"),
  ICMP_ERRORS_RECEIVED("ICMP errors received and accepted"),

  TCP_ACTIVE_OPENS("connections opened by this side"),
  TCP_PASSIVE_OPENS("connections accepted from a peer"),
  TCP_ATTEMPT_FAILS("connection attempts that failed"),
  TCP_ESTABLISHED_RESETS("established connections ended by RST"),
  TCP_SEGMENTS_RECEIVED("TCP segments received"),
  TCP_SEGMENTS_SENT("TCP segments sent, retransmissions included"),
  TCP_RESETS_SENT("RST segments sent"),
  TCP_CHALLENGE_ACKS_SENT("challenge ACKs sent; high means blind attacks or a confused peer"),
  TCP_RETRANSMITTED_SEGMENTS("segments sent again; high means loss"),
  TCP_FAST_RETRANSMITS("losses noticed by what arrived after them"),
  TCP_TAIL_LOSS_PROBES("probes for losses at the end of what was sent"),
  TCP_SPURIOUS_RECOVERIES("repairs of losses that turned out to be none; high means reordering"),
  TCP_RETRANSMISSION_TIMEOUTS("losses repaired only by the retransmission timer"),
  TCP_ZERO_WINDOW_PROBES("probes of a peer that accepts no more data"),
  TCP_DUPLICATE_ACKS_RECEIVED("duplicate ACKs received"),
  TCP_OUT_OF_ORDER_SEGMENTS("segments that arrived ahead of a hole"),
  TCP_DELAYED_ACKS("ACKs sent by the delayed-ACK timer"),
  TCP_KEEPALIVES_SENT("keepalive probes sent"),
  TCP_BYTES_SENT("payload bytes sent for the first time"),
  TCP_BYTES_RECEIVED("payload bytes delivered to applications in order"),
  TCP_LISTEN_OVERFLOWS("connections dropped because a backlog was full"),
  TCP_CHECKSUMS_BEGUN("segments from this host's kernel that needed no checksum"),
  TCP_SYN_COOKIES_SENT("SYNs answered with a cookie; high means a flood of SYNs"),
  TCP_SYN_COOKIES_RECEIVED("connections opened by an ACK with a cookie"),
  TCP_SYN_COOKIES_FAILED("ACKs to a flooded listener without a good cookie");

  private final String meaning;

  Counter(String meaning) {
    this.meaning = meaning;
  }

  /** What it counts and, where it helps, what a high value means. */
  public String meaning() {
    return meaning;
  }
}
