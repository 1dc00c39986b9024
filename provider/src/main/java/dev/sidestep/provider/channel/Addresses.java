package dev.sidestep.provider.channel;

import dev.sidestep.stack.wire.IpAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/** Checks and forms of socket addresses, with the JDK's exceptions. */
final class Addresses {

  private Addresses() {}

  /** An address to bind to or to connect to, fit for the family. */
  static InetSocketAddress check(SocketAddress address, boolean ipv4Only) {
    if (address == null) {
      throw new NullPointerException();
    }
    if (!(address instanceof InetSocketAddress inet)) {
      throw new UnsupportedAddressTypeException();
    }
    if (inet.isUnresolved()) {
      throw new UnresolvedAddressException();
    }
    if (ipv4Only && !(inet.getAddress() instanceof Inet4Address)) {
      throw new UnsupportedAddressTypeException();
    }
    return inet;
  }

  /** An address to connect to; the wildcard stands for loopback, as in the JDK. */
  static InetSocketAddress checkRemote(SocketAddress address, boolean ipv4Only) {
    InetSocketAddress remote = check(address, ipv4Only);
    if (!remote.getAddress().isAnyLocalAddress()) {
      return remote;
    }
    byte[] octets =
        remote.getAddress() instanceof Inet4Address
            ? new byte[] {127, 0, 0, 1}
            : new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return new InetSocketAddress(of(octets), remote.getPort());
  }

  /** The wildcard address as the JDK shows it for a family. */
  static InetAddress wildcard(boolean ipv4Only) {
    return of(new byte[ipv4Only ? 4 : 16]);
  }

  /** For a line that the user reads: {@code 192.0.2.1:7000}, or {@code *:7000}. */
  static String text(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    return (host.isAnyLocalAddress() ? "*" : host.getHostAddress()) + ":" + address.getPort();
  }

  static InetSocketAddress of(IpAddress address, int port) {
    return new InetSocketAddress(address.toInetAddress(), port);
  }

  private static InetAddress of(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 octets are always an address", e);
    }
  }
}
