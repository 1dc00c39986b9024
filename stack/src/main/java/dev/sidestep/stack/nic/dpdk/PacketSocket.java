package dev.sidestep.stack.nic.dpdk;

import org.jspecify.annotations.Nullable;

/**
 * The arguments of an af_packet device, with the driver's own defaults and ours.
 *
 * <p>What a packet socket gets has not been through a device yet: a kernel on this host hands over
 * up to 64 KiB of a stream in one frame (TSO), and joins what it receives from a wire (GRO). The
 * driver cuts off what does not fit into a frame of its ring, 2 KiB by default, so a transfer would
 * crawl from one retransmission to the next.
 */
final class PacketSocket {

  /**
   * With the headroom an mbuf's length must fit 16 bits; what a kernel sends in one piece (Linux:
   * 65,215 bytes and headers) must fit as well.
   */
  private static final int FRAME_BYTES = 65_408;

  /** The driver needs whole frames, the kernel whole pages: the least that is both, 511 pages. */
  private static final int BLOCK_BYTES = 32 * FRAME_BYTES;

  /** The driver's: TPACKET2_HDRLEN less the address that frames are received without. */
  private static final int FRAME_HEADER_BYTES = 32;

  /** The driver copies: it needs buffers for bursts and for what waits, not for its rings. */
  private static final int POOL_BUFFERS = 1024;

  private PacketSocket() {}

  static boolean isPacketSocket(DeviceString device) {
    return device.driver().equals("net_af_packet");
  }

  /** The device with a ring that takes whatever a kernel sends in one piece. */
  static DeviceString withDefaults(DeviceString device) {
    boolean ringFromUser = device.argument("framesz") != null || device.argument("blocksz") != null;
    return ringFromUser
        ? device
        : device
            .withDefault("framesz", String.valueOf(FRAME_BYTES))
            .withDefault("blocksz", String.valueOf(BLOCK_BYTES));
  }

  /** Data room the driver asks for. */
  static int dataRoomBytes(DeviceString device) {
    return frameBytes(withDefaults(device).argument("framesz")) - FRAME_HEADER_BYTES;
  }

  /** The driver itself refuses what is no number, and says so. */
  private static int frameBytes(@Nullable String text) {
    try {
      return text == null ? 0 : Math.min(Integer.parseInt(text), FRAME_BYTES);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  static int poolBuffers(int wanted) {
    return Math.min(wanted, POOL_BUFFERS);
  }
}
