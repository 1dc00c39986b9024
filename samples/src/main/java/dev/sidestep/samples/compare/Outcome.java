package dev.sidestep.samples.compare;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * What one run of a case came to.
 *
 * @param operations how many the client completed while it measured
 * @param seconds how long it measured
 * @param clientCpuSeconds processor time of the client's process meanwhile
 * @param serverCpuSeconds processor time of the server's process meanwhile
 * @param nanos how long the operations took
 */
record Outcome(
    long operations,
    double seconds,
    double clientCpuSeconds,
    double serverCpuSeconds,
    Histogram nanos) {
  private static final Pattern MEASURED =
      Pattern.compile("measured operations=(\\d+) seconds=([\\d.]+) cpu_seconds=([\\d.]+).*");

  /** From the line that the client printed. */
  static Outcome parse(String line, double serverCpuSeconds, Histogram nanos)
      throws CompareException {
    Matcher matcher = MEASURED.matcher(line);
    if (!matcher.matches() || matcher.group(1).equals("0")) {
      throw new CompareException("the client measured nothing: " + line);
    }
    return new Outcome(
        Long.parseLong(matcher.group(1)),
        Double.parseDouble(matcher.group(2)),
        Double.parseDouble(matcher.group(3)),
        serverCpuSeconds,
        nanos);
  }

  double perSecond() {
    return operations / seconds;
  }

  double microsAt(double percentile) {
    return nanos.getTotalCount() == 0
        ? Double.NaN
        : nanos.getValueAtPercentile(percentile) / 1000.0;
  }

  /** The median of a figure over several runs, so that one disturbed run does no harm. */
  static double median(List<Outcome> runs, ToDoubleFunction<Outcome> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
