package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** Asks the kernel whether anybody still listens on a socket that has a file (unix(7)). */
public final class SocketFile {

  /** AF_UNIX (bits/socket.h). */
  private static final short AF_UNIX = 1;

  /** ECONNREFUSED (asm-generic/errno.h). */
  private static final int CONNECTION_REFUSED = 111;

  // struct sockaddr_un (sys/un.h)
  private static final int PATH = 2;
  private static final int ADDRESS_BYTES = 110;

  private static final MemorySegment CONNECT = LibC.symbol("connect");
  private static final MethodHandle CALL_OF_THREE =
      NativeCall.link(3, Linker.Option.captureCallState("errno"));

  private SocketFile() {}

  /**
   * Whether whoever bound the socket at {@code path} is gone, so that only the file is left. Does
   * not disturb a memif server: its socket is of another type, which the kernel says in its stead.
   */
  public static boolean isAbandoned(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_BYTES, 2);
      address.set(JAVA_SHORT, 0, AF_UNIX);
      address.asSlice(PATH).setString(0, path, StandardCharsets.UTF_8);
      int socket = LibC.localStreamSocket();
      int errno = connect(socket, address, arena.allocate(Linker.Option.captureStateLayout()));
      LibC.close(socket);
      return errno == CONNECTION_REFUSED;
    }
  }

  /** Returns 0, or what errno says. */
  private static int connect(int socket, MemorySegment address, MemorySegment state) {
    try {
      int result =
          (int)
              (long)
                  CALL_OF_THREE.invokeExact(
                      CONNECT, state, (long) socket, address.address(), (long) ADDRESS_BYTES);
      return result == 0 ? 0 : state.get(JAVA_INT, 0);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }
}
