package dev.sidestep.samples.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/** The round-trip times of one transport, from several runs. */
final class Latencies {
  private final List<Histogram> runs = new ArrayList<>();

  void add(Histogram run) {
    runs.add(run);
  }

  /** The median over the runs of the percentile given, so that one disturbed run does no harm. */
  long percentileNanos(double percentile) {
    long[] values = runs.stream().mapToLong(run -> run.getValueAtPercentile(percentile)).toArray();
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** All runs together. */
  Histogram merged() {
    Histogram all = new Histogram(3);
    runs.forEach(all::add);
    return all;
  }
}
