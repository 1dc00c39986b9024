package dev.sidestep.samples.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** One connection that carries bytes one way as fast as it can. */
final class BulkComparison implements Part {
  private final Programs programs;
  private final int repetitions;
  private final long bytes;
  private final long warmUpSeconds;
  private final List<Double> kernel = new ArrayList<>();
  private final List<Double> sidestep = new ArrayList<>();

  BulkComparison(Programs programs, int repetitions, long bytes, long warmUpSeconds) {
    this.programs = programs;
    this.repetitions = repetitions;
    this.bytes = bytes;
    this.warmUpSeconds = warmUpSeconds;
  }

  @Override
  public int steps() {
    return 2 * repetitions;
  }

  @Override
  public void run(Progress progress) throws IOException, CompareException, InterruptedException {
    for (int i = 0; i < repetitions; i++) {
      progress.begin("kernel bulk transfer");
      progress.end(measure(programs.kernel(), kernel));
      progress.begin("sidestep bulk transfer");
      progress.end(measure(programs.sidestep(), sidestep));
    }
  }

  private String measure(Transport transport, List<Double> results)
      throws IOException, CompareException, InterruptedException {
    try (Programs.Server server =
        programs.startServer(transport, "BulkServer", List.of("--port", "0"))) {
      List<String> arguments =
          List.of(
              "--bytes", Long.toString(bytes), "--warmup-seconds", Long.toString(warmUpSeconds));
      String line = programs.runClient(transport, server, "BulkClient", arguments, "bulk ");
      double bytesPerSecond = Double.parseDouble(line.substring(line.lastIndexOf('=') + 1));
      results.add(bytesPerSecond);
      return gigabytes(bytesPerSecond);
    }
  }

  @Override
  public String report() {
    double kernelMedian = median(kernel);
    double sidestepMedian = median(sidestep);
    return String.format(
        Locale.ROOT,
        "One-way transfer on one connection, %d × %d MiB after %d s of warm-up"
            + " (median of the runs)%n%n"
            + "  kernel    %s%n  sidestep  %s   %.2f of the kernel's%n",
        repetitions,
        bytes >> 20,
        warmUpSeconds,
        gigabytes(kernelMedian),
        gigabytes(sidestepMedian),
        sidestepMedian / kernelMedian);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private static String gigabytes(double bytesPerSecond) {
    return String.format(Locale.ROOT, "%.2f GB/s", bytesPerSecond / 1e9);
  }
}
