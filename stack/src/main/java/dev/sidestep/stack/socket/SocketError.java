package dev.sidestep.stack.socket;

import dev.sidestep.stack.icmp.IcmpError;
import org.jspecify.annotations.Nullable;

/** Why a connection failed or ended; the names are errno's, so that messages can follow. */
public enum SocketError {
  /** The peer answered a SYN with RST. */
  ECONNREFUSED,
  /** The peer sent RST on a connection. */
  ECONNRESET,
  /** The stack gave the connection up because of a defect or an error of the JVM. */
  ECONNABORTED,
  /** The peer did not answer in time. */
  ETIMEDOUT,
  /** The destination's last hop does not answer, or a router said so. */
  EHOSTUNREACH,
  /** The two ends of the connection are in use by another one. */
  EADDRNOTAVAIL,
  /** There is no route to the destination. */
  ENETUNREACH,
  /** The stack was shut down. */
  ENETDOWN;

  /** What an ICMP error is for a socket (Linux: icmp_err_convert), or null for nothing. */
  public static @Nullable SocketError of(IcmpError.Meaning meaning) {
    return switch (meaning) {
      case NET_UNREACHABLE -> ENETUNREACH;
      case HOST_UNREACHABLE -> EHOSTUNREACH;
      case REFUSED -> ECONNREFUSED;
      case PACKET_TOO_BIG, OTHER -> null;
    };
  }
}
