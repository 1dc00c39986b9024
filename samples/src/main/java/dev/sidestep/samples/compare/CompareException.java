package dev.sidestep.samples.compare;

/** A part of the comparison failed; the message is for the user and complete. */
final class CompareException extends Exception {
  CompareException(String message) {
    super(message);
  }
}
