package dev.sidestep.stack.nic.dpdk.ffi;

import java.lang.foreign.MemorySegment;

/**
 * A driver's struct rte_intr_handle, which is opaque.
 *
 * @param handle where it is
 * @param descriptorOf rte_intr_fd_get
 */
record InterruptHandle(MemorySegment handle, MemorySegment descriptorOf) {

  /** What rte_intr_fd_get reads at most of it. */
  static final long BYTES = 16;

  /** Its file descriptor, or -1. */
  int descriptor() {
    return (int) NativeCall.call(descriptorOf, handle.address());
  }
}
