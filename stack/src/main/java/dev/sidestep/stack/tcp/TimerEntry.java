package dev.sidestep.stack.tcp;

/** Something with a deadline that the {@link TimerHeap} can hold. */
abstract class TimerEntry {

  static final long NEVER = Long.MAX_VALUE;

  /** When the heap looks at this entry; at or before {@link #deadlineNanos()} while in the heap. */
  long scheduledNanos = NEVER;

  /** Where the heap keeps this entry, or -1. */
  int heapIndex = -1;

  /** When something is really due; {@link #NEVER} for not at all. */
  abstract long deadlineNanos();
}
