package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a packet socket keeps beside its ring: whole copies of the frames that were cut because they
 * are longer than the ring's places (packet_mmap in the kernel's documentation: PACKET_COPY_THRESH
 * and TP_STATUS_COPY), in the ring's order. A copy is there before its frame is.
 */
public final class PacketSocketCopies {

  /** SOL_PACKET (linux/socket.h) and PACKET_COPY_THRESH (linux/if_packet.h). */
  private static final int SOL_PACKET = 263;

  private static final int PACKET_COPY_THRESH = 7;

  /** SOL_SOCKET, SO_RCVBUF and SO_RCVBUFFORCE (asm-generic/socket.h). */
  private static final int SOL_SOCKET = 1;

  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;

  /** MSG_DONTWAIT and MSG_TRUNC (linux/socket.h). */
  private static final int DONTWAIT_AND_TRUE_LENGTH = 0x40 | 0x20;

  private final int descriptor;

  PacketSocketCopies(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Has the kernel keep copies from now on.
   *
   * @param bytes most memory they may take; less for a process without CAP_NET_ADMIN
   * @return false when the kernel does not
   */
  public boolean enable(int bytes) {
    // The kernel doubles what it is asked for, for its own structures.
    boolean room = set(SOL_SOCKET, SO_RCVBUFFORCE, bytes) || set(SOL_SOCKET, SO_RCVBUF, bytes);
    return room && set(SOL_PACKET, PACKET_COPY_THRESH, 1);
  }

  private boolean set(int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return LibC.setSocketOption(descriptor, level, option, arena.allocateFrom(JAVA_INT, value));
    }
  }

  /**
   * Takes the next copy.
   *
   * @return its length, more than {@code roomBytes} if the rest did not fit; negative if there is
   *     none
   */
  public long receive(MemorySegment into, long offset, int roomBytes) {
    return LibC.receive(descriptor, into.address() + offset, roomBytes, DONTWAIT_AND_TRUE_LENGTH);
  }
}
