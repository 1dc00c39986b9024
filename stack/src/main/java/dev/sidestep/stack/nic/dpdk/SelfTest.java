package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.PacketBuffer;

/**
 * Checks what no header can promise, that DPDK's structures lie where we think they do, on a port
 * that leads nowhere, before any link is touched.
 */
final class SelfTest {

  private static final String DEVICE = "net_null255,size=64";
  private static final int FRAME_BYTES = 64;
  private static final int POOL_BUFFERS = 255;
  private static final int FRAMES = 8;

  private SelfTest() {}

  static void run(DpdkEal eal) {
    DpdkOptions options = DpdkOptions.defaults().withPoolBuffers(POOL_BUFFERS);
    DpdkDevice device = new DpdkDevice(eal, DeviceString.parse(DEVICE), options);
    try {
      receiveAndSend(eal, device.queue(0));
    } finally {
      device.close();
    }
  }

  private static void receiveAndSend(DpdkEal eal, NicQueue queue) {
    MbufPool pool = (MbufPool) queue.pool();
    expect(eal, pool.availableBuffers() == POOL_BUFFERS, "pool count");
    PacketBuffer[] frames = new PacketBuffer[FRAMES];
    expect(eal, queue.rxBurst(frames) == FRAMES, "rte_eth_fp_ops, receiving");
    for (PacketBuffer frame : frames) {
      expect(eal, frame.length() == FRAME_BYTES, "rte_mbuf.data_len");
      expect(eal, frame.offset() == PacketBuffer.HEADROOM_BYTES, "rte_mbuf.data_off");
      expect(eal, pool.layoutAgrees(frame), "rte_mbuf");
    }
    expect(eal, queue.txBurst(frames, 0, FRAMES) == FRAMES, "rte_eth_fp_ops, sending");
    PacketBuffer buffer = pool.allocate();
    if (buffer == null) {
      throw failure(eal, "rte_mempool_ops, dequeue");
    }
    pool.free(buffer);
    expect(eal, pool.availableBuffers() == POOL_BUFFERS, "pool count after use");
  }

  private static void expect(DpdkEal eal, boolean holds, String what) {
    if (!holds) {
      throw failure(eal, what);
    }
  }

  private static DpdkException failure(DpdkEal eal, String what) {
    return DpdkMessages.unknownLayout(eal.library().version(), what);
  }
}
