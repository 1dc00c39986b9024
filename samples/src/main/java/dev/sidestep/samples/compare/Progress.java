package dev.sidestep.samples.compare;

import java.util.Locale;

/** Tells the user what is running: one line for each step, with what came out of it. */
final class Progress {
  private final int steps;
  private int step;

  Progress(int steps) {
    this.steps = steps;
  }

  void begin(String what) {
    step++;
    System.out.printf(Locale.ROOT, "[%2d/%d] %-38s ", step, steps, what);
    System.out.flush();
  }

  void end(String result) {
    Terminal.print(result + System.lineSeparator());
  }
}
