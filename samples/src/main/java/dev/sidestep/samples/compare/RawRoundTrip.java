package dev.sidestep.samples.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The raw memif round trip, which no stack on that link can be faster than. */
final class RawRoundTrip implements Part {
  private static final Pattern LINE =
      Pattern.compile("raw p50_ns=(\\d+) p99_ns=(\\d+) p999_ns=(\\d+).*");

  private final Programs programs;
  private final Path agentJar;
  private final int repetitions;
  private final long roundTrips;
  private final List<List<Long>> runs = new ArrayList<>();

  RawRoundTrip(Programs programs, Path agentJar, int repetitions, long roundTrips) {
    this.programs = programs;
    this.agentJar = agentJar;
    this.repetitions = repetitions;
    this.roundTrips = roundTrips;
  }

  @Override
  public int steps() {
    return repetitions;
  }

  @Override
  public void run(Progress progress) throws IOException, CompareException, InterruptedException {
    for (int i = 0; i < repetitions; i++) {
      progress.begin("raw memif round trip");
      String count = Long.toString(roundTrips);
      try (RunFolder folder = programs.newFolder();
          ChildJvm _ = programs.startRaw(agentJar, "server", folder.memifSocket(), count);
          ChildJvm client = programs.startRaw(agentJar, "client", folder.memifSocket(), count)) {
        runs.add(parse(client.awaitLine("raw ", 120)));
      }
      progress.end("p50 " + micros(runs.getLast().getFirst()) + " µs");
    }
  }

  private static List<Long> parse(String line) throws CompareException {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new CompareException("the raw round trip printed " + line);
    }
    List<Long> percentiles = new ArrayList<>();
    for (int i = 1; i <= matcher.groupCount(); i++) {
      percentiles.add(Long.parseLong(matcher.group(i)));
    }
    return percentiles;
  }

  @Override
  public String report() {
    return String.format(
        Locale.ROOT,
        "Rings alone, without a stack: p50 %s, p99 %s, p99.9 %s µs%n",
        median(0),
        median(1),
        median(2));
  }

  private String median(int percentile) {
    List<Long> values = new ArrayList<>();
    runs.forEach(run -> values.add(run.get(percentile)));
    Collections.sort(values);
    return micros(values.get(values.size() / 2));
  }

  private static String micros(long nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1000.0);
  }
}
