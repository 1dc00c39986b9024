package dev.sidestep.stack.ip;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The internet layer as the transport protocols see it on the way out (ip_queue_xmit).
 *
 * <p>Threads: the shard's owner.
 */
public interface IpOutput {

  /**
   * Looks up the way to a destination.
   *
   * @return the route, to be kept by the caller and asked {@link Route#isValid()} before use, or
   *     {@code null} when there is none (network unreachable)
   */
  @Nullable Route route(IpAddress destination);

  /**
   * The way to a destination for one packet, to be sent before the next call: for answers to
   * somebody who is not remembered. Takes no memory, however many there are.
   *
   * @return the route, or {@code null} when there is none
   */
  @Nullable Route answerRoute(long destinationHigh, long destinationLow);

  /**
   * An empty buffer of the route's device, to be filled from its offset with the transport header
   * and payload; link and IP headers fit in its headroom.
   *
   * @return the buffer, or {@code null} when the pool is empty, the device has no room, or too many
   *     packets wait for the next hop's address: that is no loss, try again at a later poll
   */
  @Nullable PacketBuffer allocate(Route route);

  /**
   * The same for what carries nothing and keeps a peer informed, such as an ACK or RST: there is a
   * reserve of buffers and of room for these.
   */
  @Nullable PacketBuffer allocateControl(Route route);

  /**
   * Sends what {@code packet} holds (transport header and payload, checksum filled in unless {@link
   * Route#fillsChecksums()}) as one IP packet. Takes the buffer over, whatever happens to it. It
   * leaves with the tx burst at the end of the poll at the latest.
   *
   * @param trafficClass the type of service octet
   */
  void send(
      PacketBuffer packet,
      Route route,
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int protocol,
      int trafficClass,
      long nowNanos);
}
