package dev.sidestep.stack.transport;

import dev.sidestep.stack.wire.IpAddress;

/** One line of a socket dump (ss -n): what sockets of all protocols have. */
public interface SocketSnapshot {

  /** The address bound to, or a wildcard. */
  IpAddress localAddress();

  /** The port bound to. */
  int localPort();

  /** The peer's address, or a wildcard. */
  IpAddress remoteAddress();

  /** The peer's port, or 0. */
  int remotePort();

  /** Bytes written that are still to be sent or acknowledged. */
  int sendQueueBytes();

  /** Bytes received that were not read yet. */
  int receiveQueueBytes();
}
