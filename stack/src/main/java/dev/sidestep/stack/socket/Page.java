package dev.sidestep.stack.socket;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A piece of socket memory. The same bytes are seen as a segment by the stack and as a buffer by
 * the application's reads and writes, so that neither side allocates a view.
 */
final class Page {

  /** Shift and size: small, because every queue that is not empty holds one at least. */
  static final int SHIFT = 12;

  static final int SIZE_BYTES = 1 << SHIFT;
  static final int OFFSET_MASK = SIZE_BYTES - 1;

  /** Which of all pages this is, from 0. */
  final int number;

  final MemorySegment memory;
  final ByteBuffer buffer;

  /** For {@link FreePages}, while the page is one of them: the page below, or -1. */
  int belowNumber;

  /** For {@link FreePages}: pages from this one down. */
  int depth;

  Page(int number, MemorySegment memory) {
    this.number = number;
    this.memory = memory;
    this.buffer = memory.asByteBuffer();
  }
}
