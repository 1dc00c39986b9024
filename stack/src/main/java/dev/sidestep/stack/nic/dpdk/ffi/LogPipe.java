package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;

/**
 * A pipe with a C stream at one end, for DPDK to write its log to, which is read at the other.
 * Neither end blocks: should nobody read, text is lost rather than a poll loop held up.
 *
 * <p>Threads: any write; one at a time reads.
 */
public final class LogPipe {

  /** More than EAL says at its most talkative; as much as anybody may have. */
  private static final int CAPACITY_BYTES = 1 << 20;

  private static final int CHUNK_BYTES = 4096;

  private final int readingEnd;
  private final MemorySegment file;
  private final MemorySegment chunk = Arena.global().allocate(CHUNK_BYTES);

  /** Makes the pipe; it lives as long as the process. */
  public LogPipe() {
    int[] ends = LibC.pipe();
    LibC.setPipeCapacity(ends[1], CAPACITY_BYTES);
    this.readingEnd = ends[0];
    this.file = LibC.fileWritingTo(ends[1]);
  }

  /**
   * What was written and not yet read, or a part of it; empty if that is nothing. Valid until the
   * next call.
   */
  public MemorySegment read() {
    int bytes = LibC.read(readingEnd, chunk);
    return bytes > 0 ? chunk.asSlice(0, bytes) : MemorySegment.NULL;
  }

  /** The {@code FILE *}. */
  MemorySegment file() {
    return file;
  }

  /**
   * Runs {@code call} while C code that prints to standard output or standard error prints into
   * this pipe, and returns what it returns. rte_eal_init prints whatever its log stream (usage
   * text, "EAL: FATAL"), and so do libraries that drivers use (libxdp). The file descriptors
   * themselves, which the JVM writes to, stay as they are.
   */
  public int whileStandardStreamsAreDiverted(IntSupplier call) {
    MemorySegment output = LibC.standardStream("stdout");
    MemorySegment error = LibC.standardStream("stderr");
    MemorySegment outputBefore = output.get(ADDRESS, 0);
    MemorySegment errorBefore = error.get(ADDRESS, 0);
    output.set(ADDRESS, 0, file);
    error.set(ADDRESS, 0, file);
    try {
      return call.getAsInt();
    } finally {
      output.set(ADDRESS, 0, outputBefore);
      error.set(ADDRESS, 0, errorBefore);
      LibC.flush(file);
    }
  }
}
