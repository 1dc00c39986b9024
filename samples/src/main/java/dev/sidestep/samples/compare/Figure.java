package dev.sidestep.samples.compare;

import java.util.Locale;

/** A column of the tables. */
enum Figure {
  RATE("rate", 13, true),
  P50("p50 µs", 10, false),
  P99("p99 µs", 10, false),
  P999("p99.9 µs", 10, false),
  SERVER_CPU("server CPU", 12, false),
  CLIENT_CPU("client CPU", 12, false);

  private final String title;
  private final int width;
  private final boolean isBetterHigher;

  Figure(String title, int width, boolean isBetterHigher) {
    this.title = title;
    this.width = width;
    this.isBetterHigher = isBetterHigher;
  }

  String title() {
    return title;
  }

  /** Columns of a terminal. */
  int width() {
    return width;
  }

  /** The figure of one run; NaN where the case has none. */
  double of(Case measured, Outcome run) {
    return switch (this) {
      case RATE ->
          switch (measured.rate()) {
            case OPERATIONS -> run.perSecond();
            case MEGABYTES_OF_KIBIBYTES -> run.perSecond() * 1024 / 1e6;
            case NONE -> Double.NaN;
          };
      case P50 -> run.microsAt(50);
      case P99 -> run.microsAt(99);
      case P999 -> run.microsAt(99.9);
      case SERVER_CPU -> processorTime(measured, run, run.serverCpuSeconds());
      case CLIENT_CPU -> processorTime(measured, run, run.clientCpuSeconds());
    };
  }

  private static double processorTime(Case measured, Outcome run, double cpuSeconds) {
    return switch (measured.processorTime()) {
      case PER_OPERATION -> cpuSeconds * 1e6 / run.operations();
      case SHARE -> 100 * cpuSeconds / run.seconds();
    };
  }

  /** How many times better than the kernel's value {@code value} is; above 1 is better. */
  double ratio(double kernelValue, double value) {
    return isBetterHigher ? value / kernelValue : kernelValue / value;
  }

  /** The value with its unit where the title has none. */
  String text(Case measured, double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return switch (this) {
      case RATE ->
          String.format(
              Locale.ROOT,
              measured.rate() == Case.Rate.OPERATIONS ? "%,.0f/s" : "%,.1f MB/s",
              value);
      case P50, P99, P999 -> String.format(Locale.ROOT, "%,.1f", value);
      case SERVER_CPU, CLIENT_CPU ->
          String.format(
              Locale.ROOT,
              measured.processorTime() == Case.ProcessorTime.SHARE ? "%.1f %%" : "%,.2f µs",
              value);
    };
  }
}
