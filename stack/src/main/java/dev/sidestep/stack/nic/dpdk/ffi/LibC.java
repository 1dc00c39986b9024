package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** The few calls to libc that are needed beside DPDK. */
final class LibC {

  /** O_NONBLOCK and O_CLOEXEC (asm-generic/fcntl.h). */
  private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;

  private static final long EVENT_BYTES = 8;

  /** The number 1; made beforehand, so that waking a thread takes no memory. */
  private static final MemorySegment ONE_EVENT =
      Arena.global().allocateFrom(JAVA_LONG, 1).asReadOnly();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle PIPE2 = handle("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle FDOPEN = handle("fdopen", ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle EVENTFD = handle("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle DUP2 = handle("dup2", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle WRITE =
      handle("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle READ = handle("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle PPOLL =
      handle("ppoll", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
  private static final MethodHandle FFLUSH = handle("fflush", JAVA_INT, ADDRESS);
  private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKET =
      handle("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle IOCTL = ioctlHandle();

  /** AF_INET, SOCK_DGRAM and SOCK_CLOEXEC (bits/socket.h). */
  private static final int AF_INET = 2;

  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

  private LibC() {}

  /** Makes a pipe neither end of which blocks: {reading end, writing end}. */
  static int[] pipe() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      int result = (int) PIPE2.invokeExact(ends, NONBLOCK_CLOEXEC);
      if (result != 0) {
        throw new IllegalStateException("pipe2 failed: no file descriptor left?");
      }
      return new int[] {ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** A FILE that writes to {@code descriptor}. */
  static MemorySegment fileWritingTo(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      return (MemorySegment) FDOPEN.invokeExact(descriptor, arena.allocateFrom("w"));
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  static void write(int descriptor, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(bytes.length);
      segment.copyFrom(MemorySegment.ofArray(bytes));
      long unused = (long) WRITE.invokeExact(descriptor, segment, (long) bytes.length);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  static void flush(MemorySegment file) {
    try {
      int unused = (int) FFLUSH.invokeExact(file);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  static void close(int descriptor) {
    try {
      int unused = (int) CLOSE.invokeExact(descriptor);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** A new eventfd, which nobody signals. */
  static int eventfd() {
    try {
      return (int) EVENTFD.invokeExact(0, NONBLOCK_CLOEXEC);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** Adds an event to an eventfd. */
  static void signalEvent(int eventfd) {
    try {
      long unused = (long) WRITE.invokeExact(eventfd, ONE_EVENT, EVENT_BYTES);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** Takes all events from an eventfd that does not block. */
  static void takeEvents(int eventfd) {
    try (Arena arena = Arena.ofConfined()) {
      long unused = (long) READ.invokeExact(eventfd, arena.allocate(JAVA_LONG), EVENT_BYTES);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** Waits for events on {@code count} pollfds; returns how many have some, or -1. */
  static int ppoll(MemorySegment pollfds, int count, MemorySegment timeout) {
    try {
      return (int) PPOLL.invokeExact(pollfds, (long) count, timeout, MemorySegment.NULL);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** A socket to ask the kernel about its interfaces with. */
  static int datagramSocket() {
    try {
      return (int) SOCKET.invokeExact(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  static int ioctl(int descriptor, long request, MemorySegment argument) {
    try {
      return (int) IOCTL.invokeExact(descriptor, request, argument);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** Makes {@code copy} stand for what {@code original} stands for. */
  static void dup2(int original, int copy) {
    try {
      int unused = (int) DUP2.invokeExact(original, copy);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  /** The variable {@code stdout} or {@code stderr}: a FILE pointer. */
  static MemorySegment standardStream(String name) {
    MemorySegment variable = LINKER.defaultLookup().findOrThrow(name);
    return NativeMemory.global(variable, ADDRESS.byteSize());
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle ioctlHandle() {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow("ioctl"),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
        Linker.Option.firstVariadicArg(2));
  }
}
