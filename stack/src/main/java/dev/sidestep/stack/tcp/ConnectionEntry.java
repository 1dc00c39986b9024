package dev.sidestep.stack.tcp;

import dev.sidestep.stack.wire.IpAddress;

/**
 * What the {@link ConnectionTable} finds for a segment: a connection, a half-open connection or
 * what is left of one in TIME-WAIT (Linux: sock_common). Its ends stay the same while it is in
 * there.
 */
abstract sealed class ConnectionEntry extends TimerEntry
    permits TransmissionControlBlock, HalfOpenConnection, TimeWaitRecord {

  long localHigh;
  long localLow;
  long remoteHigh;
  long remoteLow;

  /** Both ports as in the header of a segment that comes in: remote port in the upper half. */
  int ports;

  /** Whether the end of this poll has something to do for it. */
  boolean touched;

  /** The table's hash of the ends. */
  int hash;

  ConnectionEntry(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
    this.localHigh = localHigh;
    this.localLow = localLow;
    this.remoteHigh = remoteHigh;
    this.remoteLow = remoteLow;
    this.ports = ports;
  }

  ConnectionEntry(ConnectionEntry sameEnds) {
    this(
        sameEnds.localHigh,
        sameEnds.localLow,
        sameEnds.remoteHigh,
        sameEnds.remoteLow,
        sameEnds.ports);
  }

  final void setEnds(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
    this.localHigh = localHigh;
    this.localLow = localLow;
    this.remoteHigh = remoteHigh;
    this.remoteLow = remoteLow;
    this.ports = ports;
  }

  final boolean matches(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
    return this.ports == ports
        && this.remoteLow == remoteLow
        && this.localLow == localLow
        && this.remoteHigh == remoteHigh
        && this.localHigh == localHigh;
  }

  final int localPort() {
    return ports & 0xffff;
  }

  final int remotePort() {
    return ports >>> 16;
  }

  final IpAddress localAddress() {
    return new IpAddress(localHigh, localLow);
  }

  final IpAddress remoteAddress() {
    return new IpAddress(remoteHigh, remoteLow);
  }
}
