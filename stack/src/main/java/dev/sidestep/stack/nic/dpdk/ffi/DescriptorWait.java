package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/**
 * One thread's sleep until one of several file descriptors can be read (ppoll), or until another
 * thread ends it. A wake-up that comes before the sleep ends it at once.
 *
 * <p>Threads: one waits, any wakes it.
 */
public final class DescriptorWait {

  /** POLLIN (asm-generic/poll.h). */
  private static final short READABLE = 1;

  // struct pollfd (poll.h)
  private static final int FD = 0;
  private static final int EVENTS = 4;
  private static final int RETURNED_EVENTS = 6;
  private static final int POLLFD_BYTES = 8;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  // A thread may still be about to wake a sleeper that is gone for good.
  private static final Cleaner CLEANER = Cleaner.create();

  private final int wakeUp = LibC.eventfd();
  private final MemorySegment polled;
  private final MemorySegment timeout;
  private final int count;

  /** A sleep on at most {@code descriptors} descriptors. */
  public DescriptorWait(int descriptors) {
    Arena arena = Arena.ofAuto();
    this.count = descriptors + 1;
    this.polled = arena.allocate((long) count * POLLFD_BYTES, POLLFD_BYTES);
    this.timeout = arena.allocate(JAVA_LONG, 2);
    for (int i = 0; i < count; i++) {
      polled.set(JAVA_SHORT, at(i, EVENTS), READABLE);
    }
    polled.set(JAVA_INT, at(descriptors, FD), wakeUp);
    int eventfd = wakeUp;
    CLEANER.register(this, () -> LibC.close(eventfd));
  }

  private static long at(int index, int field) {
    return (long) index * POLLFD_BYTES + field;
  }

  /**
   * Sleeps until a descriptor can be read, until woken, until {@code nanos} have passed or for no
   * reason at all.
   *
   * @param descriptors as many as said at the start; negative ones do not count
   * @return whether one of them can be read
   */
  public boolean await(int[] descriptors, long nanos) {
    for (int i = 0; i < count - 1; i++) {
      polled.set(JAVA_INT, at(i, FD), descriptors[i]);
    }
    timeout.setAtIndex(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
    timeout.setAtIndex(JAVA_LONG, 1, nanos % NANOS_PER_SECOND);
    int events = LibC.ppoll(polled, count, timeout);
    if (events > 0 && isAnyReadable()) {
      return true;
    }
    if (events > 0 && !isReadable(count - 1)) {
      // An error, such as an interface that is down, would end every sleep at once.
      events = LibC.ppoll(polled.asSlice(at(count - 1, FD)), 1, timeout);
    }
    if (events > 0) {
      LibC.takeEvents(wakeUp);
    }
    return false;
  }

  private boolean isAnyReadable() {
    for (int i = 0; i < count - 1; i++) {
      if (isReadable(i)) {
        return true;
      }
    }
    return false;
  }

  private boolean isReadable(int index) {
    return (polled.get(JAVA_SHORT, at(index, RETURNED_EVENTS)) & READABLE) != 0;
  }

  /** Ends the sleep, or the next one if there is none now. */
  public void wake() {
    LibC.signalEvent(wakeUp);
  }
}
