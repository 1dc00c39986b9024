package dev.sidestep.samples.compare;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

/**
 * Round trips of small messages between two JVMs: the same echo programs on the kernel and on
 * Sidestep in turn, and the raw memif round trip below both.
 */
final class LatencyComparison implements Part {
  private static final double[] PERCENTILES = {50, 99, 99.9};
  private static final Pattern RAW_LINE =
      Pattern.compile("raw p50_ns=(\\d+) p99_ns=(\\d+) p999_ns=(\\d+).*");

  private final Programs programs;
  private final int repetitions;
  private final long roundTrips;
  private final String mode;
  private final long warmUpSeconds;
  private final Latencies kernel = new Latencies();
  private final Latencies sidestep = new Latencies();
  private final List<List<Long>> raw = new ArrayList<>();

  LatencyComparison(
      Programs programs, int repetitions, long roundTrips, String mode, long warmUpSeconds) {
    this.programs = programs;
    this.repetitions = repetitions;
    this.roundTrips = roundTrips;
    this.mode = mode;
    this.warmUpSeconds = warmUpSeconds;
  }

  @Override
  public int steps() {
    return 3 * repetitions;
  }

  @Override
  public void run(Progress progress) throws IOException, CompareException, InterruptedException {
    for (int i = 0; i < repetitions; i++) {
      progress.begin("kernel echo, " + mode);
      progress.end(measure(programs.kernel(), kernel));
      progress.begin("sidestep echo, " + mode);
      progress.end(measure(programs.sidestep(), sidestep));
      progress.begin("raw memif round trip");
      progress.end(measureRaw());
    }
  }

  private String measure(Transport transport, Latencies results)
      throws IOException, CompareException, InterruptedException {
    Path log = programs.newHistogramLog();
    try (Programs.Server server =
        programs.startServer(transport, "EchoServer", List.of("--port", "0", "--mode", mode))) {
      List<String> arguments =
          List.of(
              "--mode", mode,
              "--count", Long.toString(roundTrips),
              "--warmup-seconds", Long.toString(warmUpSeconds),
              "--hlog", log.toString());
      programs.runClient(transport, server, "LatencyClient", arguments, "latency ");
    }
    Histogram histogram = readLog(log);
    results.add(histogram);
    return "p50 " + micros(histogram.getValueAtPercentile(50)) + " µs";
  }

  private static Histogram readLog(Path log) throws FileNotFoundException, CompareException {
    try (HistogramLogReader reader = new HistogramLogReader(log.toFile())) {
      if (reader.nextIntervalHistogram() instanceof Histogram histogram) {
        return histogram;
      }
    }
    throw new CompareException("no histogram in " + log);
  }

  private String measureRaw() throws IOException, CompareException, InterruptedException {
    Path socket = programs.newMemifSocket();
    String count = Long.toString(roundTrips);
    ChildJvm server = programs.startRaw("server", socket, count);
    try (ChildJvm client = programs.startRaw("client", socket, count)) {
      List<Long> percentiles = parseRaw(client.awaitLine("raw ", 120));
      raw.add(percentiles);
      return "p50 " + micros(percentiles.getFirst()) + " µs";
    } finally {
      server.close();
    }
  }

  private static List<Long> parseRaw(String line) throws CompareException {
    Matcher matcher = RAW_LINE.matcher(line);
    if (!matcher.matches()) {
      throw new CompareException("the raw round trip printed " + line);
    }
    List<Long> percentiles = new ArrayList<>();
    for (int i = 1; i <= PERCENTILES.length; i++) {
      percentiles.add(Long.parseLong(matcher.group(i)));
    }
    return percentiles;
  }

  @Override
  public String report() {
    StringBuilder report = new StringBuilder();
    report.append(
        String.format(
            Locale.ROOT,
            "Round trip of 64 bytes, %d × %d after %d s of warm-up, in µs (median of the runs)"
                + "%n%n%30s %10s %10s%n",
            repetitions,
            roundTrips,
            warmUpSeconds,
            "p50",
            "p99",
            "p99.9"));
    List<Long> kernelNanos = percentiles(kernel);
    List<Long> sidestepNanos = percentiles(sidestep);
    List<Long> rawNanos = rawMedians();
    report.append(row("kernel", kernelNanos)).append(row("sidestep", sidestepNanos));
    report.append(row("raw memif", rawNanos));
    report.append(ratios("kernel / sidestep", kernelNanos, sidestepNanos));
    report.append(ratios("sidestep / raw", sidestepNanos, rawNanos)).append(System.lineSeparator());
    HistogramPlot plot = new HistogramPlot(kernel.merged(), sidestep.merged());
    return report.append(plot.draw("kernel", "sidestep")).toString();
  }

  private static List<Long> percentiles(Latencies latencies) {
    List<Long> nanos = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      nanos.add(latencies.percentileNanos(percentile));
    }
    return nanos;
  }

  private List<Long> rawMedians() {
    List<Long> medians = new ArrayList<>();
    for (int i = 0; i < PERCENTILES.length; i++) {
      List<Long> values = new ArrayList<>();
      for (List<Long> run : raw) {
        values.add(run.get(i));
      }
      Collections.sort(values);
      medians.add(values.get(values.size() / 2));
    }
    return medians;
  }

  private static String row(String name, List<Long> nanos) {
    StringBuilder row = new StringBuilder(String.format("  %-17s", name));
    for (int i = 0; i < nanos.size(); i++) {
      row.append(String.format(Locale.ROOT, " %10s", micros(nanos.get(i))));
    }
    return row.append(System.lineSeparator()).toString();
  }

  private static String ratios(String name, List<Long> above, List<Long> below) {
    StringBuilder row = new StringBuilder(String.format("  %-17s", name));
    for (int i = 0; i < above.size(); i++) {
      double ratio = (double) above.get(i) / below.get(i);
      row.append(String.format(Locale.ROOT, " %9.1fx", ratio));
    }
    return row.append(System.lineSeparator()).toString();
  }

  private static String micros(long nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1000.0);
  }
}
