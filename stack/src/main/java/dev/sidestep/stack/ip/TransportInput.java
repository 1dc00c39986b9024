package dev.sidestep.stack.ip;

import dev.sidestep.stack.packet.PacketBuffer;

/** What the internet layer delivers to: one implementation per transport protocol. */
public interface TransportInput {

  /**
   * Handles one packet addressed to us. Borrows {@code packet}: the caller frees it afterwards, so
   * whatever must outlive the call is copied.
   *
   * <p>Runs on the shard's owner; never throws, whatever the packet holds.
   *
   * @param nowNanos time of this poll on the shard's clock
   */
  void receive(PacketBuffer packet, IpPacket ip, long nowNanos);
}
