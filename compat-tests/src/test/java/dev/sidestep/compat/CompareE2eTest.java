package dev.sidestep.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.compat.rig.Classpath;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.samples.compare.Compare;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison runs from end to end; what it measures here is of no account. */
class CompareE2eTest {
  private static final String FIGURE = "[\\d,.]+";

  @Test
  void bothStacksAnswerAndAreShown(@TempDir Path folder) throws Exception {
    Path plot = folder.resolve("plot.svg");
    try (Link link = Link.open(Link.Kind.KERNEL_LOOPBACK);
        ForkedJvm compare =
            ForkedJvm.start(
                link.first(),
                Compare.class,
                "--agent",
                Classpath.agentJar(),
                "--only",
                "virtual",
                "--quick",
                "--warmup-seconds",
                0,
                "--plot",
                plot)) {
      // It fails unless every answer is right and Sidestep has carried as many.
      compare.awaitSuccess(120);
      for (String stack : List.of("kernel", "sidestep")) {
        String row =
            " *(1,000 virtual threads)? *" + stack + " +" + FIGURE + "/s( +" + FIGURE + "){3}.*";
        List<String> rows = compare.output().stream().filter(line -> line.matches(row)).toList();
        assertEquals(1, rows.size(), compare.story("should have a row of " + stack));
      }
    }
    assertTrue(Files.readString(plot).contains("<polyline"));
  }
}
