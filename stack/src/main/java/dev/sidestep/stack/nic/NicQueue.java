package dev.sidestep.stack.nic;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;

/**
 * One receive and one transmit ring of a {@link NicDevice}, with the pool their packets come from.
 *
 * <p>Threads: one owner at a time (the shard's). Neither method blocks, throws or allocates.
 */
public interface NicQueue {

  /**
   * Takes up to {@code into.length} received frames off the ring. Each starts at its Ethernet
   * header, lies in one piece and is owned by the caller from now on.
   *
   * @return number of frames put into {@code into}, from index 0
   */
  int rxBurst(PacketBuffer[] into);

  /**
   * Puts frames on the transmit ring. The frames taken belong to the device from now on; the rest
   * still belong to the caller.
   *
   * @return how many frames were taken, counted from {@code fromIndex}
   */
  int txBurst(PacketBuffer[] frames, int fromIndex, int count);

  /** Whether the device can tell of frames at all. */
  default boolean hasRxInterrupt() {
    return false;
  }

  /**
   * Goes from polling to interrupts: from now on {@link #rxDescriptor} can be read once a frame has
   * arrived. Nobody may call {@link #rxBurst} before {@link #disableRxInterrupt}.
   *
   * @return false when there are frames already or the device has no interrupts: polling goes on
   */
  default boolean enableRxInterrupt() {
    return false;
  }

  /** Goes back to polling (Linux: napi_schedule). */
  default void disableRxInterrupt() {}

  /** While the interrupt is enabled: a file descriptor, or -1 if there is nobody to send. */
  default int rxDescriptor() {
    return -1;
  }

  /** Whether there is work that only a poll does and of which no interrupt tells. */
  default boolean needsPolling() {
    return false;
  }

  /** Where buffers for transmission on this queue come from. */
  PacketPool pool();
}
