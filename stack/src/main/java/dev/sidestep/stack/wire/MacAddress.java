package dev.sidestep.stack.wire;

import java.util.HexFormat;

/** IEEE 802 MAC addresses, held in the low 48 bits of a {@code long}, first octet highest. */
public final class MacAddress {

  /** Everybody on the link. */
  public static final long BROADCAST = 0xffff_ffff_ffffL;

  /** Stands for "not known". */
  public static final long NONE = 0;

  private static final long GROUP_BIT = 0x0100_0000_0000L;

  private MacAddress() {}

  /** Whether this names a group of stations: multicast or broadcast (IEEE 802.3 §3.2.3). */
  public static boolean isGroup(long mac) {
    return (mac & GROUP_BIT) != 0;
  }

  /** Whether this can be the address of one station. */
  public static boolean isStation(long mac) {
    return mac != NONE && !isGroup(mac);
  }

  /** As in {@code 02:00:5e:10:00:01}. */
  public static String toString(long mac) {
    byte[] octets = new byte[6];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) (mac >>> (40 - (8 * i)));
    }
    return HexFormat.ofDelimiter(":").formatHex(octets);
  }
}
