package dev.sidestep.stack.ip;

import dev.sidestep.stack.wire.IpAddress;

/**
 * The way to one destination (Linux: dst_entry), kept by each connection so that sending needs no
 * lookup.
 *
 * <p>Threads: the shard's owner.
 */
public interface Route {

  /** False once the route or a device changed: look it up again. */
  boolean isValid();

  /** Largest IP packet this way, in bytes. */
  int mtuBytes();

  /** The address we send from on this way. */
  IpAddress sourceAddress();

  /** Whether checksums of transmitted packets may be left zero (device offload or loopback). */
  boolean fillsChecksums();

  /**
   * Hears from the layer above that the neighbour answers, for instance by acknowledging new data
   * (RFC 4861 §7.3.1 forward progress), so that it is not probed needlessly.
   */
  void confirmReachable(long nowNanos);
}
