package dev.sidestep.samples.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class PercentileCurvesTest {

  @Test
  void eachStackHasACurveThatRises(@TempDir Path folder) throws Exception {
    Histogram times = new Histogram(3);
    for (int i = 1; i <= 10_000; i++) {
      times.recordValue(1000L * i);
    }
    Map<Stack, Histogram> both = new LinkedHashMap<>();
    both.put(new Stack("kernel", null), times);
    both.put(new Stack("<new>", Path.of("a.jar")), times);
    Path file = folder.resolve("plot.svg");
    PercentileCurves.write(file, List.of(new PercentileCurves(both).panel("a & b")));

    Document svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    assertEquals(2, svg.getElementsByTagName("polyline").getLength());
    double[] heights =
        Arrays.stream(
                ((Element) svg.getElementsByTagName("polyline").item(0))
                    .getAttribute("points")
                    .split(" "))
            .mapToDouble(point -> Double.parseDouble(point.substring(point.indexOf(',') + 1)))
            .toArray();
    double[] falling = heights.clone();
    Arrays.sort(falling);
    for (int i = 0; i < heights.length; i++) {
      assertEquals(falling[falling.length - 1 - i], heights[i], "y grows downwards");
    }
    assertTrue(svg.getDocumentElement().getTextContent().contains("<new>"));
  }
}
