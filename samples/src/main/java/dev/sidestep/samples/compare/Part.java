package dev.sidestep.samples.compare;

import java.io.IOException;
import java.util.List;

/** One part of the comparison: measures first, reports when all parts have measured. */
interface Part {
  /** How many lines of progress {@link #run} prints. */
  int steps();

  void run(Progress progress) throws IOException, CompareException, InterruptedException;

  String report();

  /** Curves for a plot of what was measured, as parts of an SVG file. */
  default List<String> panels() {
    return List.of();
  }
}
