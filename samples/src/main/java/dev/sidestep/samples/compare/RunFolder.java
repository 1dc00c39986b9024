package dev.sidestep.samples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder that is there for as long as something runs: sockets, logs, and all that programs keep.
 *
 * @param path where it is
 */
record RunFolder(Path path) implements AutoCloseable {

  Path memifSocket() {
    return path.resolve("memif.sock");
  }

  Path histogramLog() {
    return path.resolve("latency.hlog");
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
