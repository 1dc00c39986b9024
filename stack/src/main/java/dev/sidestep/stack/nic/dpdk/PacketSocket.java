package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.dpdk.ffi.PacketSocketCopies;
import dev.sidestep.stack.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of an af_packet device, with the driver's own defaults and ours.
 *
 * <p>What a packet socket gets has not been through a device yet: a kernel on this host hands over
 * up to 64 KiB of a stream in one frame (TSO), and joins what it receives from a wire (GRO). The
 * driver cuts off what does not fit into a place of its ring, and all places are of one size.
 *
 * <p>The ring has to hold what arrives while nobody polls, and on a machine that has other things
 * to do that is several milliseconds at a time: with a flood of small frames at half a million per
 * second, thousands of them. If it is shorter, the flood takes the places of frames that somebody
 * waits for, each of which costs its sender a timeout of 200 ms and more. So the places are as many
 * as fit into {@link #RING_BYTES} and as small as the MTU allows, and {@link LongFrames} are had
 * from the socket. Without the right to give it memory for them the places take the longest.
 */
final class PacketSocket {

  /**
   * With the headroom an mbuf's length must fit 16 bits; what a kernel sends in one piece (Linux:
   * 65,215 bytes and headers) must fit as well.
   */
  private static final int LONGEST_FRAME_BYTES = 65_408;

  /** The driver needs whole frames, the kernel whole pages: the least that is both, 511 pages. */
  private static final int LONGEST_FRAMES_BLOCK_BYTES = 32 * LONGEST_FRAME_BYTES;

  /** The places of one direction: 16 ms of minimal frames at half a million per second. */
  private static final int RING_BYTES = 16 << 20;

  private static final int BLOCK_BYTES = 1 << 16;

  private static final int SMALLEST_FRAME_BYTES = 2048;

  /** Larger places take the longest frames as well. */
  private static final int LARGEST_SHORT_FRAME_BYTES = 1 << 14;

  /** Memory for copies of long frames, at most and while they wait. */
  private static final int COPIES_BYTES = 32 << 20;

  /** The driver's: TPACKET2_HDRLEN less the address that frames are received without. */
  private static final int FRAME_HEADER_BYTES = 32;

  /** The kernel's: where a received frame starts in its place (tpacket_rcv). */
  private static final int RECEIVED_AT_BYTES = 66;

  private static final int ETHERNET_BYTES = 14 + 4;

  /** The driver copies: it needs buffers for bursts and for what waits, not for its rings. */
  private static final int POOL_BUFFERS = 1024;

  private PacketSocket() {}

  static boolean isPacketSocket(DeviceString device) {
    return device.driver().equals("net_af_packet");
  }

  /**
   * The device with a ring that takes whatever a kernel sends in one piece.
   *
   * @param mtuBytes of the interface, or what is asked for
   * @param mayKeepCopies whether the socket may have memory for {@link LongFrames}
   */
  static DeviceString withDefaults(DeviceString device, int mtuBytes, boolean mayKeepCopies) {
    if (hasOwnRing(device)) {
      return device;
    }
    int frameBytes = shortFrameBytes(mtuBytes);
    boolean small = mayKeepCopies && frameBytes <= LARGEST_SHORT_FRAME_BYTES;
    return small
        ? ring(device, frameBytes, BLOCK_BYTES)
            .withDefault("framecnt", String.valueOf(RING_BYTES / frameBytes))
        : ring(device, LONGEST_FRAME_BYTES, LONGEST_FRAMES_BLOCK_BYTES);
  }

  private static boolean hasOwnRing(DeviceString device) {
    return device.argument("framesz") != null || device.argument("blocksz") != null;
  }

  private static DeviceString ring(DeviceString device, int frameBytes, int blockBytes) {
    return device
        .withDefault("framesz", String.valueOf(frameBytes))
        .withDefault("blocksz", String.valueOf(blockBytes));
  }

  private static int shortFrameBytes(int mtuBytes) {
    int frameBytes = SMALLEST_FRAME_BYTES;
    while (frameBytes - RECEIVED_AT_BYTES - ETHERNET_BYTES <= mtuBytes
        && frameBytes <= LARGEST_SHORT_FRAME_BYTES) {
      frameBytes *= 2;
    }
    return frameBytes;
  }

  /** Data room of the packets of {@code requested}, a device without {@link #withDefaults}. */
  static int dataRoomBytes(DeviceString requested) {
    int longest = hasOwnRing(requested) ? frameBytes(requested) : LONGEST_FRAME_BYTES;
    return longest - FRAME_HEADER_BYTES;
  }

  /** The driver itself refuses what is no number, and says so. */
  private static int frameBytes(DeviceString device) {
    String text = device.argument("framesz");
    try {
      return text == null ? 0 : Math.min(Integer.parseInt(text), LONGEST_FRAME_BYTES);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  static int poolBuffers(int wanted) {
    return Math.min(wanted, POOL_BUFFERS);
  }

  /** Whether a device whose ring we have chosen gets frames that do not fit into its places. */
  static boolean cutsFrames(DeviceString requested, DeviceString withDefaults) {
    return !hasOwnRing(requested) && frameBytes(withDefaults) < LONGEST_FRAME_BYTES;
  }

  /**
   * What makes the frames whole that do not fit into the places of a device's ring, or {@code null}
   * if the kernel keeps no copies.
   */
  static @Nullable LongFrames longFrames(
      DeviceString withDefaults, @Nullable PacketSocketCopies copies, PacketPool pool) {
    int frameBytes = frameBytes(withDefaults);
    return copies != null && copies.enable(COPIES_BYTES)
        ? new LongFrames(
            copies::receive, pool, frameBytes - RECEIVED_AT_BYTES, RING_BYTES / frameBytes)
        : null;
  }
}
