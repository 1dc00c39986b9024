package dev.sidestep.samples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether the machine is fit to measure on. */
final class Machine {
  /** Shell command that raises the limit of open files, for 50,000 connections and a JVM. */
  static final String RAISE = "ulimit -n 60000";

  private static final Path STATISTICS = Path.of("/proc/stat");
  private static final long SAMPLE_MILLIS = 500;
  private static final double TOLERATED_PERCENT = 10;

  private Machine() {}

  /** What will spoil the figures. Takes half a second, in which nothing may run yet. */
  static List<String> complaints() throws IOException, InterruptedException {
    List<String> complaints = new ArrayList<>();
    if (Runtime.getRuntime().availableProcessors() < 2) {
      complaints.add("there is only one processor; client and server will wait for each other.");
    }
    double percent = busyPercent();
    if (percent > TOLERATED_PERCENT) {
      complaints.add(
          String.format(
              Locale.ROOT,
              "the processors are %.0f %% busy with something else; the figures will be worse and"
                  + " vary, Sidestep's above all, which polls.",
              percent));
    }
    return complaints;
  }

  /** Whether a process may hold 50,000 connections of the kernel. */
  static boolean mayOpenManyFiles() throws IOException, InterruptedException {
    return new ProcessBuilder("sh", "-c", RAISE).start().waitFor() == 0;
  }

  private static double busyPercent() throws IOException, InterruptedException {
    ProcessorTimes before = ProcessorTimes.now();
    Thread.sleep(SAMPLE_MILLIS);
    ProcessorTimes after = ProcessorTimes.now();
    long total = Math.max(1, after.total - before.total);
    return 100.0 - 100.0 * (after.idle - before.idle) / total;
  }

  /** The first line of proc_stat(5); what the hypervisor gave to others counts as busy. */
  private record ProcessorTimes(long idle, long total) {
    private static final int USER_FIELD = 1;
    private static final int IDLE_FIELD = 4;
    private static final int IOWAIT_FIELD = 5;
    private static final int STEAL_FIELD = 8;

    static ProcessorTimes now() throws IOException {
      String[] fields = Files.readAllLines(STATISTICS).getFirst().split(" +");
      long total = 0;
      for (int i = USER_FIELD; i <= STEAL_FIELD; i++) {
        total += Long.parseLong(fields[i]);
      }
      long idle = Long.parseLong(fields[IDLE_FIELD]) + Long.parseLong(fields[IOWAIT_FIELD]);
      return new ProcessorTimes(idle, total);
    }
  }
}
