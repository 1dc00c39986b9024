package dev.sidestep.samples.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Cases that belong together: each runs on every stack in turn, several times, and one table shows
 * the medians.
 */
final class Comparison implements Part {
  private final String title;
  private final List<Case> cases;
  private final List<Stack> stacks;
  private final CaseRunner runner;
  private final int repetitions;
  private final Map<Case, Map<Stack, List<Outcome>>> outcomes = new LinkedHashMap<>();

  Comparison(
      String title, List<Case> cases, List<Stack> stacks, CaseRunner runner, int repetitions) {
    this.title = title;
    this.cases = cases;
    this.stacks = stacks;
    this.runner = runner;
    this.repetitions = repetitions;
  }

  @Override
  public int steps() {
    int perRound = 0;
    for (Case each : cases) {
      perRound += (int) stacks.stream().filter(each::runsOn).count();
    }
    return perRound * repetitions;
  }

  @Override
  public void run(Progress progress) throws IOException, CompareException, InterruptedException {
    for (Case each : cases) {
      Map<Stack, List<Outcome>> ofCase = new LinkedHashMap<>();
      outcomes.put(each, ofCase);
      for (int i = 0; i < repetitions; i++) {
        for (Stack stack : stacks.stream().filter(each::runsOn).toList()) {
          progress.begin(stack.name() + ", " + each.name());
          Outcome outcome = runner.run(each, stack);
          ofCase.computeIfAbsent(stack, ignored -> new ArrayList<>()).add(outcome);
          progress.end(summary(each, outcome));
        }
      }
    }
  }

  private static String summary(Case measured, Outcome outcome) {
    Figure figure = measured.rate() == Case.Rate.NONE ? Figure.P50 : Figure.RATE;
    return figure.title() + " " + figure.text(measured, figure.of(measured, outcome));
  }

  @Override
  public String report() {
    Table table = new Table(title);
    outcomes.forEach(
        (measured, runs) -> {
          Map<Stack, Map<Figure, Double>> medians = new LinkedHashMap<>();
          runs.forEach((stack, list) -> medians.put(stack, medians(measured, list)));
          table.add(measured, medians);
        });
    return table.text();
  }

  /** All runs of a case together, for each stack. */
  Map<Stack, Histogram> histograms(Case measured) {
    Map<Stack, Histogram> histograms = new LinkedHashMap<>();
    outcomes
        .getOrDefault(measured, Map.of())
        .forEach(
            (stack, runs) -> {
              Histogram all = new Histogram(3);
              runs.forEach(run -> all.add(run.nanos()));
              histograms.put(stack, all);
            });
    return histograms;
  }

  /** The percentile curves of every case whose operations were timed. */
  @Override
  public List<String> panels() {
    List<String> panels = new ArrayList<>();
    for (Case each : outcomes.keySet()) {
      Map<Stack, Histogram> histograms = histograms(each);
      if (histograms.values().stream().allMatch(times -> times.getTotalCount() > 0)) {
        panels.add(new PercentileCurves(histograms).panel(each.name()));
      }
    }
    return panels;
  }

  private static Map<Figure, Double> medians(Case measured, List<Outcome> runs) {
    Map<Figure, Double> medians = new LinkedHashMap<>();
    for (Figure figure : Figure.values()) {
      medians.put(figure, Outcome.median(runs, run -> figure.of(measured, run)));
    }
    return medians;
  }
}
