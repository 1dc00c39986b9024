package dev.sidestep.stack.icmp;

/**
 * What an ICMP error says about a packet we sent. One object per shard, filled anew for each error,
 * valid until the listener returns.
 */
public final class IcmpError {
  /** ICMP type, as in {@link dev.sidestep.stack.wire.IcmpHeader}. */
  public int type;

  /** ICMP code. */
  public int code;

  /** Next-hop MTU in bytes of a fragmentation-needed error, else 0; unchecked. */
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
