package dev.sidestep.stack.config;

import dev.sidestep.stack.wire.IpAddress;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Parses addresses a user wrote, without ever asking a name server. Only the notations that leave
 * no doubt are taken: four decimal parts without leading zeros (RFC 6943 §3.1.1 on the others), and
 * RFC 4291 §2.2 without a zone. Throws {@link IllegalArgumentException} with the reason.
 */
final class InterfaceAddressLiteral {

  private static final int V4_BITS = 32;
  private static final int V6_BITS = 128;

  private InterfaceAddressLiteral() {}

  /** Parses {@code address/prefixLength} of an address a host may own. */
  static InterfaceAddress parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      IpAddress address = parseAddress(text);
      throw new IllegalArgumentException(
          "the prefix length is missing, as in " + text + (address.isV4() ? "/24" : "/64"));
    }
    IpAddress address = parseAddress(text.substring(0, slash));
    int bits = address.isV4() ? V4_BITS : V6_BITS;
    int prefixLength = decimal(text.substring(slash + 1), bits);
    if (prefixLength < 0) {
      throw new IllegalArgumentException(
          "the prefix length of " + text + " is not a number from 0 to " + bits);
    }
    InterfaceAddress result = new InterfaceAddress(address, prefixLength);
    requireOwnable(result);
    return result;
  }

  private static void requireOwnable(InterfaceAddress candidate) {
    IpAddress address = candidate.address();
    if (address.isLoopback()) {
      throw new IllegalArgumentException(
          address + " is a loopback address (these are served by sidestep.loopback=stack)");
    }
    requireUnicast(address);
    if (address.isV4() && candidate.prefixLength() < V4_BITS - 1) {
      // RFC 3021 frees both for hosts in a /31; everywhere else RFC 1122 §3.2.1.3 reserves them.
      int hostBits =
          candidate.prefixLength() == 0 ? -1 : (1 << (V4_BITS - candidate.prefixLength())) - 1;
      int host = address.v4() & hostBits;
      if (host == 0 || host == hostBits) {
        throw new IllegalArgumentException(
            candidate + " is the " + (host == 0 ? "network's own" : "broadcast") + " address");
      }
    }
  }

  /** Refuses what no single host can own. */
  static void requireUnicast(IpAddress address) {
    int firstOctet = address.isV4() ? address.v4() >>> 24 : (int) (address.high() >>> 56);
    // RFC 1122 §3.2.1.3: 0/8 is "this network"; 224/4 is multicast, 240/4 reserved and broadcast.
    boolean unicast =
        address.isV4()
            ? firstOctet != 0 && firstOctet < 224
            : firstOctet != 0xff && !address.isWildcard();
    if (!unicast) {
      throw new IllegalArgumentException(address + " is not the address of one host");
    }
  }

  static IpAddress parseAddress(String text) {
    return text.indexOf(':') < 0 ? parseV4(text) : parseV6(text);
  }

  private static IpAddress parseV4(String text) {
    int value = 0;
    int from = 0;
    for (int part = 0; part < 4; part++) {
      int dot = part < 3 ? text.indexOf('.', from) : text.length();
      int octet = dot < 0 ? -1 : decimal(text.substring(from, dot), 255);
      if (octet < 0) {
        throw notAnAddress(text);
      }
      value = (value << 8) | octet;
      from = dot + 1;
    }
    return IpAddress.ofV4(value);
  }

  private static IpAddress parseV6(String text) {
    boolean plain = text.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0);
    if (!plain) {
      throw notAnAddress(text);
    }
    try {
      InetAddress address = Inet6Address.ofLiteral(text);
      if (address instanceof Inet6Address) {
        return IpAddress.of(address);
      }
    } catch (IllegalArgumentException e) {
      throw notAnAddress(text);
    }
    throw new IllegalArgumentException(text + " is an IPv4 address; write it as such");
  }

  private static IllegalArgumentException notAnAddress(String text) {
    return new IllegalArgumentException(SettingValues.quote(text) + " is not an IP address");
  }

  /** The value of one to three digits without leading zeros, or -1. */
  private static int decimal(String text, int max) {
    if (text.isEmpty() || text.length() > 3 || (text.length() > 1 && text.charAt(0) == '0')) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = (value * 10) + (c - '0');
    }
    return value <= max ? value : -1;
  }
}
