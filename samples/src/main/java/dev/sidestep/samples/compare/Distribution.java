package dev.sidestep.samples.compare;

import java.util.Map;
import org.HdrHistogram.Histogram;

/** Shows how the times of a case that has been measured are distributed, on every stack. */
final class Distribution implements Part {
  private final Comparison comparison;
  private final Case measured;

  Distribution(Comparison comparison, Case measured) {
    this.comparison = comparison;
    this.measured = measured;
  }

  @Override
  public int steps() {
    return 0;
  }

  @Override
  public void run(Progress progress) {
    // It shows what others measure.
  }

  @Override
  public String report() {
    Map<Stack, Histogram> histograms = comparison.histograms(measured);
    StringBuilder report = new StringBuilder();
    Histogram kernel = histograms.values().iterator().next();
    histograms.forEach(
        (stack, histogram) -> {
          if (!stack.isKernel()) {
            report.append(new HistogramPlot(kernel, histogram).draw("kernel", stack.name()));
          }
        });
    return report.toString();
  }
}
