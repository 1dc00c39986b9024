package dev.sidestep.samples.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class TerminalTest {

  @Test
  void aTerminalThatKnowsThemGetsTheBlocks() {
    assertEquals("12 µs │██▍", Terminal.text("12 µs │██▍", StandardCharsets.UTF_8));
  }

  @Test
  void anyOtherGetsSomethingReadableOfTheSameWidth() {
    assertEquals("3 x 12 us |##.", Terminal.text("3 × 12 µs │██▍", StandardCharsets.US_ASCII));
  }

  @Test
  void nothingOfThePlotIsBeyondAscii() {
    Histogram histogram = new Histogram(3);
    for (int i = 1; i <= 1000; i++) {
      histogram.recordValue(1000L * i);
    }
    String plot = new HistogramPlot(histogram, histogram).draw("kernel", "sidestep");
    String plain = Terminal.text(plot, StandardCharsets.US_ASCII);
    assertTrue(StandardCharsets.US_ASCII.newEncoder().canEncode(plain), plain);
    assertEquals(plot.length(), plain.length());
  }
}
