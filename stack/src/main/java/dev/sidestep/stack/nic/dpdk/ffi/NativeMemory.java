package dev.sidestep.stack.nic.dpdk.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Turns addresses that DPDK handed out into bounded segments. */
public final class NativeMemory {

  private NativeMemory() {}

  /**
   * A segment over {@code [address, address + byteSize)} that is valid until {@code arena} is
   * closed. The caller vouches for the bounds.
   */
  @SuppressWarnings("restricted")
  public static MemorySegment segment(long address, long byteSize, Arena arena) {
    return MemorySegment.ofAddress(address).reinterpret(byteSize, arena, null);
  }

  /** As {@link #segment}, for memory that lives as long as the process. */
  @SuppressWarnings("restricted")
  static MemorySegment global(MemorySegment pointer, long byteSize) {
    return pointer.reinterpret(byteSize);
  }

  /** A C string of at most {@code maxBytes}. */
  static String string(MemorySegment pointer, long maxBytes) {
    return pointer.address() == 0 ? "" : global(pointer, maxBytes).getString(0);
  }
}
