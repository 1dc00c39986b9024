package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Asks the kernel whether the link of one of its interfaces is up (netdevice(7)), for drivers on
 * such an interface that call theirs up for ever.
 *
 * <p>Threads: one at a time.
 */
public final class KernelLink implements AutoCloseable {

  /** SIOCGIFFLAGS (linux/sockios.h). */
  private static final long GET_FLAGS = 0x8913;

  /** IFF_UP and IFF_RUNNING (linux/if.h): switched on and with a carrier. */
  private static final int UP_AND_RUNNING = 0x1 | 0x40;

  /** struct ifreq (linux/if.h). */
  private static final int REQUEST_BYTES = 40;

  private static final int NAME_BYTES = 16;
  private static final int FLAGS = 16;

  private final int socket = LibC.datagramSocket();
  private final MemorySegment request;

  /** Prepares to ask about the interface {@code name}. */
  public KernelLink(String name, Arena arena) {
    request = arena.allocate(REQUEST_BYTES, Long.BYTES);
    request.setString(0, name.substring(0, Math.min(name.length(), NAME_BYTES - 1)));
  }

  /** Whether the interface is there, switched on, and has a carrier. */
  public boolean isUp() {
    return LibC.ioctl(socket, GET_FLAGS, request) == 0
        && (request.get(JAVA_SHORT, FLAGS) & UP_AND_RUNNING) == UP_AND_RUNNING;
  }

  @Override
  public void close() {
    LibC.close(socket);
  }
}
