package dev.sidestep.stack.ethernet;

import dev.sidestep.stack.packet.PacketBuffer;

/** What the link layer delivers to: one implementation per EtherType (Linux: packet_type). */
public interface EthernetPayloadInput {

  /**
   * Handles the payload of one frame. Borrows {@code packet}, which starts behind the Ethernet
   * header and may end in padding; the caller frees it afterwards.
   *
   * <p>Runs on the shard's owner; never throws, whatever the packet holds.
   *
   * @param toGroup whether the frame was sent to a broadcast or multicast MAC address
   * @param nowNanos time of this poll on the shard's clock
   */
  void receive(PacketBuffer packet, boolean toGroup, long nowNanos);
}
