package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** Asks the kernel whether anybody still listens on a socket that has a file (unix(7)). */
public final class SocketFile {

  /** AF_UNIX, SOCK_STREAM, SOCK_NONBLOCK and SOCK_CLOEXEC (bits/socket.h). */
  private static final int AF_UNIX = 1;

  private static final int STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;

  /** ECONNREFUSED (asm-generic/errno.h). */
  private static final int CONNECTION_REFUSED = 111;

  // struct sockaddr_un (sys/un.h)
  private static final int PATH = 2;
  private static final int ADDRESS_BYTES = 110;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CONNECT =
      handle(
          "connect",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.captureCallState("errno"));

  private SocketFile() {}

  /**
   * Whether whoever bound the socket at {@code path} is gone, so that only the file is left. Does
   * not disturb a memif server: its socket is of another type, which the kernel says in its stead.
   */
  public static boolean isAbandoned(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_BYTES, 2);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
      address.asSlice(PATH).setString(0, path, StandardCharsets.UTF_8);
      int socket = (int) SOCKET.invokeExact(AF_UNIX, STREAM_NONBLOCK_CLOEXEC, 0);
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) CONNECT.invokeExact(state, socket, address, ADDRESS_BYTES);
      LibC.close(socket);
      return result != 0 && state.get(JAVA_INT, 0) == CONNECTION_REFUSED;
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
  }
}
