package dev.sidestep.samples;

import java.io.IOException;

/** A byte arrived that is not the one that was sent. */
public final class CorruptDataException extends IOException {
  /** The byte at {@code position} of the stream is {@code actual} instead of {@code expected}. */
  public CorruptDataException(long position, byte expected, byte actual) {
    super("byte " + position + " is " + (actual & 0xff) + " instead of " + (expected & 0xff));
  }
}
