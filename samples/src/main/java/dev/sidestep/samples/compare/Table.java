package dev.sidestep.samples.compare;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** A table of cases: a row for each stack, and how it compares with the kernel. */
final class Table {
  private static final int CASE_COLUMNS = 26;
  private static final int STACK_COLUMNS = 12;

  private final StringBuilder text = new StringBuilder();

  Table(String title) {
    text.append(title).append(System.lineSeparator()).append(System.lineSeparator());
    row("", "", Figure::title);
  }

  /** Adds a case's medians; the kernel's come first. */
  void add(Case measured, Map<Stack, Map<Figure, Double>> medians) {
    Map.Entry<Stack, Map<Figure, Double>> first = medians.entrySet().iterator().next();
    Map<Figure, Double> kernel = first.getKey().isKernel() ? first.getValue() : Map.of();
    String name = measured.name();
    if (kernel.isEmpty()) {
      row(name, "kernel", figure -> "-");
      name = "  (limit of open files)";
    }
    for (Map.Entry<Stack, Map<Figure, Double>> each : medians.entrySet()) {
      Map<Figure, Double> values = each.getValue();
      row(name, each.getKey().name(), figure -> figure.text(measured, value(values, figure)));
      name = "";
      if (!each.getKey().isKernel()) {
        row("", "  ratio", figure -> ratio(figure, value(kernel, figure), value(values, figure)));
      }
    }
  }

  private static double value(Map<Figure, Double> values, Figure figure) {
    return values.getOrDefault(figure, Double.NaN);
  }

  private static String ratio(Figure figure, double kernel, double value) {
    double ratio = figure.ratio(kernel, value);
    if (!Double.isFinite(ratio)) {
      return "-";
    }
    return String.format(Locale.ROOT, ratio < 0.1 ? "%.3fx" : "%.2fx", ratio);
  }

  private void row(String name, String stack, Function<Figure, String> column) {
    StringBuilder row = new StringBuilder("  ");
    row.append(padRight(name, CASE_COLUMNS)).append(padRight(stack, STACK_COLUMNS));
    for (Figure figure : Figure.values()) {
      String value = column.apply(figure);
      row.append(" ".repeat(Math.max(1, figure.width() - value.length()))).append(value);
    }
    text.append(row.toString().stripTrailing()).append(System.lineSeparator());
  }

  private static String padRight(String value, int columns) {
    return value + " ".repeat(Math.max(1, columns - value.length()));
  }

  String text() {
    return text.toString();
  }
}
