package dev.sidestep.samples.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {
  private static final Stack KERNEL = new Stack("kernel", null);
  private static final Stack SIDESTEP = new Stack("sidestep", Path.of("a.jar"));
  private static final Case ECHO =
      Case.of("echo", Program.sample("EchoServer"), Program.sample("LatencyClient"));

  private static Outcome outcome(long operations, double cpuSeconds, long nanos) {
    Histogram histogram = new Histogram(3);
    histogram.recordValue(nanos);
    return new Outcome(operations, 2, cpuSeconds, 2 * cpuSeconds, histogram);
  }

  private static Map<Figure, Double> figures(Case measured, Outcome run) {
    Map<Figure, Double> figures = new LinkedHashMap<>();
    for (Figure figure : Figure.values()) {
      figures.put(figure, figure.of(measured, run));
    }
    return figures;
  }

  private static List<String> rows(Table table) {
    return table.text().lines().map(line -> line.strip().replaceAll(" {2,}", "|")).toList();
  }

  @Test
  void aboveOneIsBetterWhateverTheFigureIs() {
    Map<Stack, Map<Figure, Double>> medians = new LinkedHashMap<>();
    medians.put(KERNEL, figures(ECHO, outcome(1000, 0.05, 20_000)));
    medians.put(SIDESTEP, figures(ECHO, outcome(2000, 0.2, 10_000)));
    Table table = new Table("Title");
    table.add(ECHO, medians);
    assertEquals(
        List.of(
            "Title",
            "",
            "rate|p50 µs|p99 µs|p99.9 µs|server CPU|client CPU",
            "echo|kernel|500/s|20.0|20.0|20.0|100.00 µs|50.00 µs",
            "sidestep|1,000/s|10.0|10.0|10.0|200.00 µs|100.00 µs",
            "ratio|2.00x|2.00x|2.00x|2.00x|0.50x|0.50x"),
        rows(table));
  }

  @Test
  void aKernelThatIsLeftOutHasNoRatio() {
    Table table = new Table("Title");
    table.add(ECHO, Map.of(SIDESTEP, figures(ECHO, outcome(2000, 2, 10_000))));
    List<String> rows = rows(table);
    assertEquals("echo|kernel|-|-|-|-|-|-", rows.get(3));
    assertEquals("ratio|-|-|-|-|-|-", rows.getLast());
  }

  @Test
  void megabytesAndSharesHaveTheirUnits() {
    Case stream =
        ECHO.counting(Case.Rate.MEGABYTES_OF_KIBIBYTES).withProcessorTime(Case.ProcessorTime.SHARE);
    Outcome run = outcome(2_000_000, 1, 1000);
    assertEquals("1,024.0 MB/s", Figure.RATE.text(stream, Figure.RATE.of(stream, run)));
    assertEquals("50.0 %", Figure.CLIENT_CPU.text(stream, Figure.CLIENT_CPU.of(stream, run)));
  }

  @Test
  void theMedianIsNotMovedByOneRunThatWentWrong() {
    List<Outcome> runs =
        List.of(outcome(900, 1, 1000), outcome(1, 1, 1000), outcome(1000, 1, 1000));
    assertEquals(450, Outcome.median(runs, Outcome::perSecond));
  }

  @Test
  void aRunThatMeasuredNothingFails() {
    Histogram none = new Histogram(3);
    for (String line :
        List.of("measured operations=0 seconds=2.0 cpu_seconds=0.1", "measured nothing")) {
      assertThrows(CompareException.class, () -> Outcome.parse(line, 0, none), line);
    }
  }

  @Test
  void stacksAreCalledByNameOrByFile(@TempDir Path folder) throws Exception {
    Path old = Files.createFile(folder.resolve("old.jar"));
    Path young = Files.createFile(folder.resolve("young.jar"));
    assertEquals(
        List.of("kernel", "old", "mine"),
        Stack.kernelAnd(List.of(old.toString(), "mine=" + young)).stream()
            .map(Stack::name)
            .toList());
    assertEquals("sidestep", Stack.kernelAnd(List.of(old.toString())).getLast().name());
    assertThrows(
        CompareException.class, () -> Stack.kernelAnd(List.of(old.toString(), old.toString())));
  }
}
