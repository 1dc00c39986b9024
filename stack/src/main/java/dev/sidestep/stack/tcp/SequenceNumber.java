package dev.sidestep.stack.tcp;

/**
 * Arithmetic on sequence numbers, which live on a circle of 2^32 (RFC 9293 §3.4). Numbers further
 * apart than 2^31 have no order; windows are at most 2^30, so that never matters.
 */
public final class SequenceNumber {

  private SequenceNumber() {}

  /** Whether {@code a} comes before {@code b}. */
  public static boolean lt(int a, int b) {
    return a - b < 0;
  }

  /** Whether {@code a} comes before {@code b} or is the same. */
  public static boolean leq(int a, int b) {
    return a - b <= 0;
  }

  /** Whether {@code a} comes after {@code b}. */
  public static boolean gt(int a, int b) {
    return a - b > 0;
  }

  /** Whether {@code a} comes after {@code b} or is the same. */
  public static boolean geq(int a, int b) {
    return a - b >= 0;
  }

  /** How far {@code a} is ahead of {@code b}; negative if it is behind. */
  public static int diff(int a, int b) {
    return a - b;
  }

  /** The later of the two. */
  public static int max(int a, int b) {
    return geq(a, b) ? a : b;
  }

  /** The earlier of the two. */
  public static int min(int a, int b) {
    return leq(a, b) ? a : b;
  }

  /** Whether {@code low <= seq < high}. */
  public static boolean inWindow(int seq, int low, int high) {
    return geq(seq, low) && lt(seq, high);
  }

  /**
   * The sequence number of a byte of a stream.
   *
   * @param initial the stream's ISS or IRS; the SYN has it, the byte at position 0 the next one
   */
  public static int atPosition(int initial, long position) {
    return initial + 1 + (int) position;
  }

  /**
   * The position in the stream of the byte with sequence number {@code seq}.
   *
   * @param near any position less than 2^31 away from the result
   */
  public static long toPosition(int initial, int seq, long near) {
    return near + diff(seq, atPosition(initial, near));
  }
}
