package dev.sidestep.stack.socket;

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
  ENETDOWN
}
