package dev.sidestep.stack.wire;

/** Numbers of the protocols that IP carries, the same for both versions (IANA). */
public final class IpProtocol {

  public static final int ICMP = 1;
  public static final int TCP = 6;
  public static final int UDP = 17;

  private IpProtocol() {}
}
