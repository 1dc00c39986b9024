package dev.sidestep.stack.neighbor;

import dev.sidestep.stack.packet.PacketBuffer;

/** Hears of packets whose next hop did not answer (Linux: neigh_ops.error_report). */
@FunctionalInterface
public interface UnreachableListener {

  /**
   * Tells that {@code packet} could not be sent because its next hop did not answer. Called on the
   * shard's owner; may send other packets.
   *
   * @param packet starts at its IP header; borrowed, freed after the call
   */
  void neighborUnreachable(PacketBuffer packet, long nowNanos);
}
