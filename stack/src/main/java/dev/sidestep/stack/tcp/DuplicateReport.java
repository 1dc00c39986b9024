package dev.sidestep.stack.tcp;

/**
 * What the peer has sent twice and is to be told of by the next ACK (D-SACK, RFC 2883): from that
 * it learns that it sent something again for nothing.
 */
final class DuplicateReport {

  private int left;
  private int right;

  boolean isEmpty() {
    return left == right;
  }

  int left() {
    return left;
  }

  int right() {
    return right;
  }

  /** The bytes from {@code start} up to {@code end} came again; joins what touches. */
  void add(int start, int end) {
    boolean touches = SequenceNumber.leq(start, right) && SequenceNumber.leq(left, end);
    if (isEmpty() || !touches) {
      left = start;
      right = end;
    } else {
      left = SequenceNumber.min(left, start);
      right = SequenceNumber.max(right, end);
    }
  }

  void clear() {
    left = 0;
    right = 0;
  }
}
