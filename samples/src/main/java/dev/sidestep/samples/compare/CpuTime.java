package dev.sidestep.samples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time of a process at one moment.
 *
 * @param ticks user and system time since the process started, in units of 10 ms
 */
record CpuTime(long ticks) {
  /** USER_HZ, the unit of {@code /proc/<pid>/stat}, is 100 on every Linux a JVM runs on. */
  private static final long NANOS_PER_TICK = 10_000_000;

  /** Reads {@code utime} and {@code stime}, fields 14 and 15 of proc_pid_stat(5). */
  static CpuTime ofProcess(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    // The second field is the command in brackets and may hold spaces.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new CpuTime(Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
  }

  /** Processor time used since {@code earlier}, in seconds. */
  double secondsSince(CpuTime earlier) {
    return (ticks - earlier.ticks) * NANOS_PER_TICK / 1e9;
  }
}
