package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;

/**
 * A pipe with a C stream at one end, for DPDK to write its log to, and a Java stream at the other.
 * Writing never blocks: should nobody read, text is lost rather than a poll loop held up.
 */
public final class LogPipe {

  private final int writingEnd;
  private final MemorySegment file;
  private final InputStream reader;

  /** Makes the pipe; it lives as long as the process. */
  public LogPipe() throws IOException {
    int[] ends = LibC.pipe();
    // A second open file, because this one is to block while the first does not.
    this.reader = new FileInputStream("/proc/self/fd/" + ends[0]);
    LibC.close(ends[0]);
    this.writingEnd = ends[1];
    this.file = LibC.fileWritingTo(writingEnd);
  }

  /** Where what was written can be read; blocks until there is something. */
  public InputStream reader() {
    return reader;
  }

  /** Writes {@code text} behind everything written so far. */
  public void write(String text) {
    LibC.write(writingEnd, text);
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
