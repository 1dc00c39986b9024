package dev.sidestep.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UnmodifiedProgramsTest {
  private static final Path SOURCES = Path.of("src", "main", "java");

  @Test
  void samplesImportOnlyTheJdkAndHdrHistogram() throws IOException {
    List<String> imports = importsOfAllSources();
    assertFalse(imports.isEmpty(), "no sources found in " + SOURCES.toAbsolutePath());
    List<String> foreign =
        imports.stream()
            .filter(line -> !line.startsWith("import java."))
            .filter(line -> !line.startsWith("import org.HdrHistogram."))
            .filter(line -> !line.startsWith("import org.jspecify.annotations."))
            .filter(line -> !line.startsWith("import dev.sidestep.samples."))
            .toList();
    assertEquals(List.of(), foreign);
  }

  private static List<String> importsOfAllSources() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .flatMap(UnmodifiedProgramsTest::lines)
          .filter(line -> line.startsWith("import "))
          .toList();
    }
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
