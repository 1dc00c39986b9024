package dev.sidestep.samples.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Draws how long operations took, as SVG: a curve for each stack, to the right the share of
 * operations that were done (each step a tenth of what was left), upwards the time, both by
 * logarithm. Colours suit light and dark pages.
 */
final class PercentileCurves {
  private static final int LEFT = 70;
  private static final int TOP = 50;
  private static final int WIDTH = 640;
  private static final int HEIGHT = 340;
  private static final String[] PERCENTILES = {"0", "90", "99", "99.9", "99.99", "99.999"};
  private static final int STEPS_PER_TENTH = 40;

  /** The kernel's first; told apart in grey as well by their dashes. */
  private static final String[] COLOURS = {"#d9730d", "#2f7ed8", "#2e9e5b", "#a352cc"};

  private static final String[] DASHES = {"none", "none", "8 4", "2 4"};

  private final Map<Stack, Histogram> nanos;
  private final double lowLog;
  private final double highLog;
  private final int tenths;

  PercentileCurves(Map<Stack, Histogram> nanos) {
    this.nanos = nanos;
    double low =
        nanos.values().stream().mapToDouble(each -> (double) each.getMinValue()).min().orElse(1);
    double high =
        nanos.values().stream().mapToDouble(each -> (double) each.getMaxValue()).max().orElse(1);
    double most =
        nanos.values().stream().mapToDouble(each -> (double) each.getTotalCount()).max().orElse(1);
    this.lowLog = Math.floor(log(low));
    this.highLog = Math.max(lowLog + 1, Math.ceil(log(high)));
    this.tenths = (int) Math.clamp(Math.ceil(Math.log10(most)), 1, PERCENTILES.length - 1);
  }

  /** Times below 100 ns are drawn as that: a clock is hardly finer. */
  private static double log(double nanos) {
    return Math.log10(Math.max(nanos, 100));
  }

  /** Writes a file with the panels given, one below the other. */
  static void write(Path file, List<String> panels) throws IOException {
    int panelHeight = TOP + HEIGHT + 70;
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"13\">",
        LEFT + WIDTH + 40,
        panelHeight * panels.size());
    // The reader's page decides on the ground; text and grid take a colour that both grounds bear.
    add(svg, "<style>text{fill:#7d8590} line{stroke:#7d8590;stroke-opacity:.35}</style>");
    for (int i = 0; i < panels.size(); i++) {
      add(svg, "<g transform=\"translate(0 %d)\">", i * panelHeight);
      svg.append(panels.get(i));
      add(svg, "</g>");
    }
    add(svg, "</svg>");
    Files.writeString(file, svg, StandardCharsets.UTF_8);
  }

  /** The curves with their grid and title, as a part of a file. */
  String panel(String title) {
    StringBuilder svg = new StringBuilder();
    add(svg, "<text x=\"%d\" y=\"22\" font-size=\"16\">%s</text>", LEFT, escape(title));
    drawGrid(svg);
    int number = 0;
    for (Map.Entry<Stack, Histogram> each : nanos.entrySet()) {
      drawCurve(svg, each.getKey().name(), each.getValue(), number++);
    }
    return svg.toString();
  }

  private void drawGrid(StringBuilder svg) {
    for (int tenth = 0; tenth <= tenths; tenth++) {
      double x = x(tenth);
      line(svg, x, TOP, x, TOP + HEIGHT);
      text(svg, x, TOP + HEIGHT + 20, "middle", PERCENTILES[tenth] + " %");
    }
    text(svg, LEFT + WIDTH / 2.0, TOP + HEIGHT + 42, "middle", "share done within that time");
    for (double power = lowLog; power <= highLog; power++) {
      double y = y(power);
      line(svg, LEFT, y, LEFT + WIDTH, y);
      text(svg, LEFT - 8, y + 4, "end", time(Math.pow(10, power)));
    }
  }

  private void drawCurve(StringBuilder svg, String name, Histogram histogram, int number) {
    String colour = COLOURS[number % COLOURS.length];
    StringBuilder points = new StringBuilder();
    for (int step = 0; step <= tenths * STEPS_PER_TENTH; step++) {
      double tenth = (double) step / STEPS_PER_TENTH;
      double percentile = 100 - 100 * Math.pow(10, -tenth);
      double height = y(log((double) histogram.getValueAtPercentile(percentile)));
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(tenth), height));
    }
    add(
        svg,
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\" stroke-dasharray=\"%s\""
            + " points=\"%s\"/>",
        colour,
        DASHES[number % DASHES.length],
        points.toString().trim());
    double y = TOP + 18 + 18 * number;
    add(
        svg,
        "<text x=\"%d\" y=\"%.0f\" style=\"fill:%s\" font-weight=\"bold\">%s</text>",
        LEFT + 12,
        y,
        colour,
        escape(name));
  }

  private double x(double tenth) {
    return LEFT + WIDTH * tenth / tenths;
  }

  private double y(double log) {
    return TOP + HEIGHT * (1 - (log - lowLog) / (highLog - lowLog));
  }

  private static String time(double nanos) {
    return nanos < 1e3
        ? String.format(Locale.ROOT, "%.1f µs", nanos / 1e3)
        : nanos < 1e6
            ? String.format(Locale.ROOT, "%.0f µs", nanos / 1e3)
            : String.format(Locale.ROOT, "%.0f ms", nanos / 1e6);
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    add(svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", x1, y1, x2, y2);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    add(
        svg,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
        x,
        y,
        anchor,
        escape(text));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library of its own
  private static void add(StringBuilder svg, String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
