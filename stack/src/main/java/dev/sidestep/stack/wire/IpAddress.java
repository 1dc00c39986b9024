package dev.sidestep.stack.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * An IP address, always 128 bits: an IPv4 address is held as its IPv4-mapped form {@code
 * ::ffff:a.b.c.d} (RFC 4291 §2.5.5.2). Hot paths carry the two halves as {@code long}s and use the
 * static methods; the record is for everything else.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record IpAddress(long high, long low) {

  /** The low half's upper 32 bits of every IPv4-mapped address. */
  private static final long V4_MAPPED_PREFIX = 0x0000_ffff_0000_0000L;

  private static final long INT_MASK = 0xffff_ffffL;

  /** {@code 0.0.0.0}. */
  public static final IpAddress ANY_V4 = ofV4(0);

  /** {@code ::}. */
  public static final IpAddress ANY_V6 = new IpAddress(0, 0);

  /** The address with this IPv4 value, first octet in the highest byte. */
  public static IpAddress ofV4(int v4) {
    return new IpAddress(0, v4Low(v4));
  }

  /** The low half of the IPv4-mapped form of {@code v4}; the high half is 0. */
  public static long v4Low(int v4) {
    return V4_MAPPED_PREFIX | (v4 & INT_MASK);
  }

  /** Whether the halves are an IPv4-mapped address. */
  public static boolean isV4(long high, long low) {
    return high == 0 && (low & ~INT_MASK) == V4_MAPPED_PREFIX;
  }

  /** The 128 bits of a {@code java.net} address. */
  public static IpAddress of(InetAddress address) {
    byte[] octets = address.getAddress();
    if (address instanceof Inet4Address) {
      return ofV4((int) bigEndian(octets, 0, 4));
    }
    return new IpAddress(bigEndian(octets, 0, 8), bigEndian(octets, 8, 8));
  }

  private static long bigEndian(byte[] octets, int from, int count) {
    long value = 0;
    for (int i = from; i < from + count; i++) {
      value = (value << 8) | (octets[i] & 0xff);
    }
    return value;
  }

  /** Whether this is an IPv4 address. */
  public boolean isV4() {
    return isV4(high, low);
  }

  /** The IPv4 value; meaningful only if {@link #isV4()}. */
  public int v4() {
    return (int) low;
  }

  /** Whether this is {@code 0.0.0.0} or {@code ::}. */
  public boolean isWildcard() {
    return equals(ANY_V4) || equals(ANY_V6);
  }

  /** Whether this is in 127.0.0.0/8 or {@code ::1}. */
  public boolean isLoopback() {
    return isV4() ? v4() >>> 24 == 127 : high == 0 && low == 1;
  }

  /** As a {@code java.net} address. */
  public InetAddress toInetAddress() {
    byte[] octets = new byte[isV4() ? 4 : 16];
    for (int i = 0; i < octets.length; i++) {
      int fromEnd = octets.length - 1 - i;
      long half = fromEnd < 8 ? low : high;
      octets[i] = (byte) (half >>> (8 * (fromEnd & 7)));
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new AssertionError("an array of 4 or 16 octets is always an address", e);
    }
  }

  @Override
  public String toString() {
    return toInetAddress().getHostAddress();
  }

  // Written out, as what a record has of its own is linked when it is first used.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpAddress address && address.high == high && address.low == low;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(high) + Long.hashCode(low);
  }
}
