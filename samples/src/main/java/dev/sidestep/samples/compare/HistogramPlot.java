package dev.sidestep.samples.compare;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * Draws the histograms of two transports side by side for a terminal: a row for each range of
 * latencies, ranges growing by √2, and a bar for the share of round trips that fell into it.
 */
final class HistogramPlot {
  private static final int BAR_COLUMNS = 26;
  private static final double ROWS_PER_DOUBLING = 2.0;

  /** Rows below this share at either end would only show single outliers. */
  private static final double SHOWN_SHARE = 0.0005;

  private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

  private final Histogram left;
  private final Histogram right;

  HistogramPlot(Histogram left, Histogram right) {
    this.left = left;
    this.right = right;
  }

  String draw(String leftName, String rightName) {
    int first = Math.min(rowOf(left, SHOWN_SHARE), rowOf(right, SHOWN_SHARE));
    int last = Math.max(rowOf(left, 1 - SHOWN_SHARE), rowOf(right, 1 - SHOWN_SHARE));
    double scale = BAR_COLUMNS / largestShare(first, last);
    StringBuilder plot = new StringBuilder();
    plot.append(String.format("%12s   %-34s  %s%n", "round trip", leftName, rightName));
    for (int row = first; row <= last; row++) {
      plot.append(
          String.format(
              Locale.ROOT,
              "%9s µs │%s  │%s%n",
              micros(lowNanos(row)),
              bar(share(left, row), scale),
              bar(share(right, row), scale).stripTrailing()));
    }
    return plot.toString();
  }

  private double largestShare(int first, int last) {
    double largest = 0;
    for (int row = first; row <= last; row++) {
      largest = Math.max(largest, Math.max(share(left, row), share(right, row)));
    }
    return largest;
  }

  private static int rowOf(Histogram histogram, double share) {
    double nanos = Math.max(1, histogram.getValueAtPercentile(100 * share));
    return (int) Math.floor(Math.log(nanos) / Math.log(2) * ROWS_PER_DOUBLING);
  }

  private static double lowNanos(int row) {
    return Math.pow(2, row / ROWS_PER_DOUBLING);
  }

  private static double share(Histogram histogram, int row) {
    long low = (long) Math.ceil(lowNanos(row));
    long high = (long) Math.ceil(lowNanos(row + 1)) - 1;
    return (double) histogram.getCountBetweenValues(low, high) / histogram.getTotalCount();
  }

  private static String bar(double share, double scale) {
    if (share == 0) {
      return " ".repeat(BAR_COLUMNS + 9);
    }
    int eighths = Math.max(1, (int) Math.round(share * scale * 8));
    String bar = "█".repeat(eighths / 8) + EIGHTHS.substring(eighths % 8, (eighths % 8) + 1);
    String text = bar.stripTrailing() + String.format(Locale.ROOT, " %.2f %%", 100 * share);
    return text + " ".repeat(Math.max(0, BAR_COLUMNS + 9 - text.length()));
  }

  private static String micros(double nanos) {
    return String.format(Locale.ROOT, nanos < 100_000 ? "%.1f" : "%.0f", nanos / 1000);
  }
}
