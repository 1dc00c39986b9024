package dev.sidestep.samples.compare;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

/** Runs a case on a stack: starts both programs, and takes the server's processor time. */
final class CaseRunner {
  private static final long MEASURED_SECONDS_AT_MOST = 300;
  private static final long EXIT_SECONDS = 30;
  private static final Pattern CARRIED =
      Pattern.compile("sidestep stats: connections=(\\d+) bytes_in=(\\d+) bytes_out=(\\d+)");

  private final Programs programs;

  CaseRunner(Programs programs) {
    this.programs = programs;
  }

  Outcome run(Case measured, Stack stack)
      throws IOException, CompareException, InterruptedException {
    List<String> prefix = measured.placement().commandPrefix();
    try (RunFolder folder = programs.newFolder();
        BusyCores _ = BusyCores.start(measured.placement())) {
      Transport transport = programs.transport(stack, folder);
      List<String> log = List.of("--hlog", folder.histogramLog().toString());
      try (Programs.Server server = programs.startServer(transport, prefix, measured.server());
          ChildJvm client =
              programs.startClient(transport, prefix, server, measured.client(), log)) {
        client.awaitLine("measuring", MEASURED_SECONDS_AT_MOST);
        CpuTime before = server.jvm().cpuTime();
        String line = client.awaitLine("measured ", MEASURED_SECONDS_AT_MOST);
        CpuTime after = server.jvm().cpuTime();
        Histogram nanos = readLog(folder.histogramLog());
        Outcome outcome = Outcome.parse(line, after.secondsSince(before), nanos);
        if (!stack.isKernel()) {
          expectCarried(client, outcome.operations());
        }
        client.awaitSuccess(EXIT_SECONDS);
        return outcome;
      }
    }
  }

  private static Histogram readLog(Path log) throws FileNotFoundException {
    try (HistogramLogReader reader = new HistogramLogReader(log.toFile())) {
      return reader.nextIntervalHistogram() instanceof Histogram found ? found : new Histogram(3);
    }
  }

  /** A figure of Sidestep that the kernel carried would be worse than none. */
  private static void expectCarried(ChildJvm client, long operations)
      throws CompareException, InterruptedException {
    String line = client.awaitLine("sidestep stats: ", EXIT_SECONDS);
    Matcher carried = CARRIED.matcher(line);
    if (!carried.matches()
        || Long.parseLong(carried.group(1)) == 0
        || Long.parseLong(carried.group(2)) + Long.parseLong(carried.group(3)) < operations) {
      throw new CompareException(
          "Sidestep did not carry these " + operations + " operations: " + line);
    }
  }
}
