package dev.sidestep.samples;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * What a client measures of its operations: how many there were, how long each took, and the
 * processor time of its own process. Begins after a warm-up with the line {@code measuring} and
 * ends with one line of {@code name=value} pairs. One thread asks {@link #goesOn} before each
 * operation, or calls {@link #begin} and {@link #end}; any thread may {@link #record}.
 */
public final class Measurement {
  private static final long HIGHEST_NANOS = 60_000_000_000L;

  private final Options options;
  private final WarmUp warmUp;
  private final long count;
  private final long leastNanos;
  private final Histogram histogram = new ConcurrentHistogram(HIGHEST_NANOS, 3);
  private final LongAdder operations = new LongAdder();
  private volatile boolean measuring;
  private long started;
  private long startNanos;
  private long cpuNanos;
  private long tookNanos;

  /** Begins to warm up as the options say that {@link #declare} declared. */
  public Measurement(Options options) {
    this.options = options;
    this.warmUp = new WarmUp(options.number("warmup"), options.number("warmup-seconds"));
    this.leastNanos = TimeUnit.SECONDS.toNanos(options.number("seconds"));
    this.count = leastNanos == 0 ? options.number("count") : Long.MAX_VALUE;
  }

  /** Declares the options of a measurement, with the defaults given. */
  public static Options declare(Options options, int count, int warmUp) {
    return options
        .value("count", Integer.toString(count), "operations to record")
        .value("seconds", "0", "least time to record, whatever the count; 0 for the count")
        .value("warmup", Integer.toString(warmUp), "operations before recording begins")
        .value("warmup-seconds", "0", "least time before recording begins")
        .value("hgrm", "", "file for the percentile distribution")
        .value("hlog", "", "file for the histogram in HdrHistogram's log format");
  }

  /** Whether there is another operation to begin; asked before each by one thread. */
  public boolean goesOn() {
    if (!measuring) {
      if (warmUp.goesOn()) {
        return true;
      }
      begin();
    }
    if (started++ < count && (leastNanos == 0 || System.nanoTime() - startNanos < leastNanos)) {
      return true;
    }
    end();
    return false;
  }

  /** Whether operations are recorded at the moment. */
  public boolean isMeasuring() {
    return measuring;
  }

  /** Ends the warm-up. */
  public void begin() {
    System.out.println("measuring");
    histogram.setStartTimeStamp(System.currentTimeMillis());
    cpuNanos = -cpuTime().toNanos();
    startNanos = System.nanoTime();
    measuring = true;
  }

  /** Ends the recording; what is recorded later does not count. */
  public void end() {
    measuring = false;
    tookNanos = System.nanoTime() - startNanos;
    cpuNanos += cpuTime().toNanos();
    histogram.setEndTimeStamp(System.currentTimeMillis());
  }

  /** Counts an operation that took {@code nanos}; does nothing during the warm-up. */
  public void record(long nanos) {
    if (measuring) {
      histogram.recordValue(Math.min(nanos, HIGHEST_NANOS));
      operations.increment();
    }
  }

  /** Counts operations whose time nobody knows; does nothing during the warm-up. */
  public void count(long completed) {
    if (measuring) {
      operations.add(completed);
    }
  }

  /** Writes the files and then prints the line; after the end. */
  public void report() throws IOException {
    writeFiles();
    System.out.printf(
        Locale.ROOT,
        "measured operations=%d seconds=%.6f cpu_seconds=%.2f min_ns=%d p50_ns=%d p90_ns=%d"
            + " p99_ns=%d p999_ns=%d max_ns=%d%n",
        operations.sum(),
        tookNanos / 1e9,
        cpuNanos / 1e9,
        histogram.getMinValue(),
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(90),
        histogram.getValueAtPercentile(99),
        histogram.getValueAtPercentile(99.9),
        histogram.getMaxValue());
  }

  private static Duration cpuTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private void writeFiles() throws IOException {
    if (!options.text("hgrm").isEmpty()) {
      try (PrintStream file = open(options.text("hgrm"))) {
        histogram.outputPercentileDistribution(file, 1000.0);
      }
    }
    if (!options.text("hlog").isEmpty()) {
      try (PrintStream file = open(options.text("hlog"))) {
        HistogramLogWriter writer = new HistogramLogWriter(file);
        writer.outputLogFormatVersion();
        writer.outputLegend();
        writer.outputIntervalHistogram(histogram);
      }
    }
  }

  private static PrintStream open(String path) throws IOException {
    return new PrintStream(new FileOutputStream(path), false, StandardCharsets.UTF_8);
  }
}
