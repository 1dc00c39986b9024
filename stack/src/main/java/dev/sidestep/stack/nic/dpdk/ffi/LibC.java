package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** The few calls to libc that are needed beside DPDK. */
final class LibC {

  /** O_NONBLOCK and O_CLOEXEC (asm-generic/fcntl.h). */
  private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;

  /** F_SETPIPE_SZ (linux/fcntl.h). */
  private static final int F_SETPIPE_SZ = 1024 + 7;

  private static final long EVENT_BYTES = 8;

  /** The number 1; made beforehand, so that waking a thread takes no memory. */
  private static final MemorySegment ONE_EVENT =
      Arena.global().allocateFrom(JAVA_LONG, 1).asReadOnly();

  /** Where they go. */
  private static final MemorySegment TAKEN_EVENTS = Arena.global().allocate(JAVA_LONG);

  private static final SymbolLookup SYMBOLS = Linker.nativeLinker().defaultLookup();
  private static final MemorySegment PIPE2 = symbol("pipe2");
  private static final MemorySegment FDOPEN = symbol("fdopen");
  private static final MemorySegment EVENTFD = symbol("eventfd");
  private static final MemorySegment DUP2 = symbol("dup2");
  private static final MemorySegment WRITE = symbol("write");
  private static final MemorySegment READ = symbol("read");
  private static final MemorySegment PPOLL = symbol("ppoll");
  private static final MemorySegment FFLUSH = symbol("fflush");
  private static final MemorySegment CLOSE = symbol("close");
  private static final MemorySegment SOCKET = symbol("socket");
  private static final MemorySegment IOCTL = symbol("ioctl");
  private static final MemorySegment SETSOCKOPT = symbol("setsockopt");
  private static final MemorySegment RECV = symbol("recv");
  private static final MemorySegment FCNTL = symbol("fcntl");

  /** AF_INET, SOCK_DGRAM and SOCK_CLOEXEC (bits/socket.h). */
  private static final int AF_INET = 2;

  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

  /** AF_UNIX, SOCK_STREAM, SOCK_NONBLOCK and SOCK_CLOEXEC (bits/socket.h). */
  private static final int AF_UNIX = 1;

  private static final int SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;

  private LibC() {}

  /** Makes a pipe neither end of which blocks: {reading end, writing end}. */
  static int[] pipe() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      if ((int) NativeCall.call(PIPE2, ends.address(), NONBLOCK_CLOEXEC) != 0) {
        throw new IllegalStateException("pipe2 failed: no file descriptor left?");
      }
      return new int[] {ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
    }
  }

  /** Has a pipe hold so many bytes, if this user may have that. */
  static void setPipeCapacity(int descriptor, int bytes) {
    NativeCall.call(FCNTL, descriptor, F_SETPIPE_SZ, bytes);
  }

  /** Reads into {@code buffer}; returns how many bytes, or -1 if there are none. */
  static int read(int descriptor, MemorySegment buffer) {
    return (int) NativeCall.call(READ, descriptor, buffer.address(), buffer.byteSize());
  }

  /** A FILE that writes to {@code descriptor}. */
  static MemorySegment fileWritingTo(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      long mode = arena.allocateFrom("w").address();
      return MemorySegment.ofAddress(NativeCall.call(FDOPEN, descriptor, mode));
    }
  }

  static void flush(MemorySegment file) {
    NativeCall.call(FFLUSH, file.address());
  }

  static void close(int descriptor) {
    NativeCall.call(CLOSE, descriptor);
  }

  /** A new eventfd, which nobody signals. */
  static int eventfd() {
    return (int) NativeCall.call(EVENTFD, 0, NONBLOCK_CLOEXEC);
  }

  /** Adds an event to an eventfd. */
  static void signalEvent(int eventfd) {
    NativeCall.call(WRITE, eventfd, ONE_EVENT.address(), EVENT_BYTES);
  }

  /** Takes all events from an eventfd that does not block. How many they were nobody asks. */
  static void takeEvents(int eventfd) {
    NativeCall.call(READ, eventfd, TAKEN_EVENTS.address(), EVENT_BYTES);
  }

  /** Waits for events on {@code count} pollfds; returns how many have some, or -1. */
  static int ppoll(MemorySegment pollfds, int count, MemorySegment timeout) {
    long signalMask = 0;
    return (int) NativeCall.call(PPOLL, pollfds.address(), count, timeout.address(), signalMask);
  }

  /** A socket to ask the kernel about its interfaces with. */
  static int datagramSocket() {
    return (int) NativeCall.call(SOCKET, AF_INET, SOCK_DGRAM_CLOEXEC, 0);
  }

  /** A socket towards another program on this host; it does not block. */
  static int localStreamSocket() {
    return (int) NativeCall.call(SOCKET, AF_UNIX, SOCK_STREAM_NONBLOCK_CLOEXEC, 0);
  }

  /**
   * Has three arguments, although the last one is a variable one in C: on Linux both conventions
   * pass it like the others.
   */
  static int ioctl(int descriptor, long request, MemorySegment argument) {
    return (int) NativeCall.call(IOCTL, descriptor, request, argument.address());
  }

  /** Sets an option of a socket; returns whether the kernel agrees. */
  static boolean setSocketOption(int descriptor, int level, int option, MemorySegment value) {
    long address = value.address();
    return (int) NativeCall.call(SETSOCKOPT, descriptor, level, option, address, value.byteSize())
        == 0;
  }

  /** Receives a message from a socket; returns its length, or a negative number. */
  static long receive(int descriptor, long address, int bytes, int flags) {
    return NativeCall.call(RECV, descriptor, address, bytes, flags);
  }

  /** Makes {@code copy} stand for what {@code original} stands for. */
  static void dup2(int original, int copy) {
    NativeCall.call(DUP2, original, copy);
  }

  /** The variable {@code stdout} or {@code stderr}: a FILE pointer. */
  static MemorySegment standardStream(String name) {
    return NativeMemory.global(symbol(name), ADDRESS.byteSize());
  }

  /** Where a function or variable of libc lies. */
  static MemorySegment symbol(String name) {
    return SYMBOLS.findOrThrow(name);
  }
}
