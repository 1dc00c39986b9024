package dev.sidestep.compat;

import dev.sidestep.compat.programs.StreamMeter;
import dev.sidestep.compat.programs.StreamSource;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.ImpairedPath;
import dev.sidestep.compat.rig.Impairment;
import dev.sidestep.samples.Options;
import dev.sidestep.stack.nic.Faults;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * What one connection achieves over a bad network, next to what the kernel achieves over the same:
 * the kernel sends to the kernel, Sidestep to the kernel, and the kernel to Sidestep. Prints a
 * table of megabits per second and what Sidestep has of the kernel's.
 *
 * <p>A measurement and no test: it wants a quiet machine with at least two processors, and root.
 */
public final class GoodputTable {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int WARM_UP_RUNS = 2;

  private record Cell(String name, Impairment path) {}

  private enum Pair {
    KERNEL_TO_KERNEL(false, false),
    SIDESTEP_TO_KERNEL(true, false),
    KERNEL_TO_SIDESTEP(false, true);

    final boolean leftOnSidestep;
    final boolean rightOnSidestep;

    Pair(boolean leftOnSidestep, boolean rightOnSidestep) {
      this.leftOnSidestep = leftOnSidestep;
      this.rightOnSidestep = rightOnSidestep;
    }
  }

  private final Options options;
  private final List<Cell> cells;

  private GoodputTable(Options options) {
    this.options = options;
    this.cells =
        cells(options.number("fast-mbit") * 1_000_000).stream()
            .filter(cell -> cell.name().matches(options.text("cells")))
            .toList();
  }

  /** Measures and prints. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options =
        new Options("goodput", "Compares TCP over bad networks with the kernel's.")
            .value("cells", ".*", "regular expression of the names of the cells to measure")
            .value("runs", "3", "runs per cell, of which the median counts")
            .value("millis", "4000", "length of a run")
            .value("fast-mbit", "1000", "rate of the fast paths")
            .value("pairs", ".*", "regular expression of the pairs to measure")
            .flag("verbose", "print each run, and what the relay says of it")
            .parse(args);
    new GoodputTable(options).print();
  }

  private static List<Cell> cells(long fast) {
    List<Cell> cells = new ArrayList<>();
    Impairment near = Impairment.path(MILLI, fast);
    Impairment middle = Impairment.path(10 * MILLI, 200_000_000);
    Impairment far = Impairment.path(100 * MILLI, 200_000_000);
    cells.add(new Cell("1ms clean", near));
    cells.add(new Cell("10ms clean", middle));
    cells.add(new Cell("100ms clean", far));
    for (int percent : new int[] {1, 5, 10}) {
      double loss = percent / 100.0;
      cells.add(new Cell("1ms loss " + percent + "%", faulty(near, f -> f.withDrop(loss))));
      cells.add(new Cell("10ms loss " + percent + "%", faulty(middle, f -> f.withDrop(loss))));
    }
    cells.add(new Cell("10ms jitter 2ms", faulty(middle, f -> f.withReorder(1, 2 * MILLI))));
    cells.add(new Cell("10ms duplicates 5%", faulty(middle, f -> f.withDuplicate(0.05))));
    cells.add(new Cell("10ms corrupt 1%", faulty(middle, f -> f.withCorrupt(0.01))));
    cells.add(new Cell("10ms down 1s of 3s", middle.withInterruptions(2 * SECOND, SECOND)));
    // With room for a slow start that ends in the windows, or Reno would take minutes to recover.
    cells.add(new Cell("100ms fast", Impairment.path(100 * MILLI, fast).withQueue(7000)));
    return cells;
  }

  private static Impairment faulty(Impairment path, UnaryOperator<Faults> faults) {
    return path.with(faults.apply(path.faults()));
  }

  private void print() throws IOException, InterruptedException {
    double[][] rates = new double[Pair.values().length][];
    for (Pair pair : Pair.values()) {
      boolean wanted = pair.name().toLowerCase(Locale.ROOT).matches(options.text("pairs"));
      rates[pair.ordinal()] = wanted ? measure(pair) : new double[cells.size()];
    }
    System.out.printf(
        "%-20s %16s %24s %24s%n",
        "Mbit/s", "kernel to kernel", "Sidestep to kernel", "kernel to Sidestep");
    for (int i = 0; i < cells.size(); i++) {
      double base = rates[0][i];
      System.out.printf(
          Locale.ROOT,
          "%-20s %16.1f %17.1f (%.2f) %17.1f (%.2f)%n",
          cells.get(i).name(),
          base,
          rates[1][i],
          rates[1][i] / base,
          rates[2][i],
          rates[2][i] / base);
    }
  }

  private double[] measure(Pair pair) throws IOException, InterruptedException {
    double[] medians = new double[cells.size()];
    try (ImpairedPath path = ImpairedPath.open(pair.leftOnSidestep, pair.rightOnSidestep);
        ForkedJvm meter =
            ForkedJvm.start(
                path.right(), StreamMeter.class, path.right().address(), options.text("millis"))) {
      int port = meter.awaitListening();
      try (ForkedJvm source =
          ForkedJvm.start(path.left(), StreamSource.class, path.right().address(), port)) {
        Impairment clean = cells.getFirst().path();
        for (int i = 0; i < WARM_UP_RUNS; i++) {
          run(path, source, meter, clean);
        }
        for (int i = 0; i < medians.length; i++) {
          medians[i] = median(pair, cells.get(i), path, source, meter);
        }
      }
    }
    return medians;
  }

  private double median(Pair pair, Cell cell, ImpairedPath path, ForkedJvm source, ForkedJvm meter)
      throws IOException, InterruptedException {
    int runs = options.smallNumber("runs");
    double[] rates = new double[runs];
    for (int i = 0; i < runs; i++) {
      rates[i] = run(path, source, meter, cell.path().withSeed(11L * (i + 1)));
      if (options.has("verbose")) {
        System.out.printf(Locale.ROOT, "%s, %s: %.1f%n", pair, cell.name(), rates[i]);
      }
    }
    Arrays.sort(rates);
    return rates[runs / 2];
  }

  /** Returns megabits per second. */
  private double run(ImpairedPath path, ForkedJvm source, ForkedJvm meter, Impairment impairment)
      throws IOException, InterruptedException {
    path.become(impairment);
    source.tell("go");
    String line = meter.awaitLine("received bytes=", 120);
    source.awaitLine("sated: ", 120);
    String report = path.become(Impairment.path(0, 0));
    if (options.has("verbose")) {
      System.out.println(report);
    }
    long bytes = Long.parseLong(line.substring(line.indexOf('=') + 1));
    return bytes * 8 / 1e3 / options.number("millis");
  }
}
