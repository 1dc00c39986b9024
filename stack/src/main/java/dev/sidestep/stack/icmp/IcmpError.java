package dev.sidestep.stack.icmp;

/**
 * What an ICMP error says about a packet we sent. One object per shard, filled anew for each error,
 * valid until the listener returns.
 */
public final class IcmpError {
  /** What became of a packet, whichever version of ICMP says so. */
  public enum Meaning {
    /** No router knows a way (Linux: ENETUNREACH). */
    NET_UNREACHABLE,
    /** The last hop does not answer, a filter is in the way, or the hops were used up. */
    HOST_UNREACHABLE,
    /** The host is there, but nobody wants the packet (Linux: ECONNREFUSED). */
    REFUSED,
    /** A router must not fragment it; see {@link #nextHopMtuBytes}. */
    PACKET_TOO_BIG,
    /** Nothing that a transport protocol would act upon. */
    OTHER
  }

  /** What became of the packet. */
  public Meaning meaning = Meaning.OTHER;

  /** Whether trying again is of no use (Linux: icmp_err_convert's fatal). */
  public boolean hard;

  /** Next-hop MTU in bytes if the packet was too big, else 0; unchecked. */
  public int nextHopMtuBytes;

  /** Transport protocol of the packet the error is about. */
  public int protocol;

  /** The address the packet was sent from: ours, if the error is genuine. */
  public long localHigh;

  public long localLow;

  /** The address the packet was sent to. */
  public long remoteHigh;

  public long remoteLow;

  /** The first four bytes of the quoted transport header. */
  public int localPort;

  public int remotePort;

  /** The next four bytes of the quoted transport header: TCP's SEG.SEQ. */
  public int seq;
}
