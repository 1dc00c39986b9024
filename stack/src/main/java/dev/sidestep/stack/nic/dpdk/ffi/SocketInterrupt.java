package dev.sidestep.stack.nic.dpdk.ffi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The receive interrupt of a queue that is a socket (packet(7)), which can be read for as long as
 * frames wait: there is nothing to switch.
 */
record SocketInterrupt(int descriptor) implements RxInterrupt {

  /**
   * The socket of an af_packet queue: pkt_rx_queue.sockfd, the first field (rte_eth_af_packet.c),
   * believed only if that is a socket.
   */
  static @Nullable SocketInterrupt ofPacketQueue(long queue) {
    if (!ProcessMemory.isReadable(queue, Integer.BYTES)) {
      return null;
    }
    MemorySegment packetQueue = NativeMemory.global(MemorySegment.ofAddress(queue), Integer.BYTES);
    int descriptor = packetQueue.get(ValueLayout.JAVA_INT, 0);
    return Descriptors.isSocket(descriptor) ? new SocketInterrupt(descriptor) : null;
  }

  @Override
  public boolean enable() {
    return true;
  }

  @Override
  public void disable() {
    // Nobody is disturbed by a socket that nobody reads.
  }
}
