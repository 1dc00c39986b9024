package dev.sidestep.stack.nic.dpdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the {@code name: value} lines of /proc. */
final class ProcFile {

  private ProcFile() {}

  static String field(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    throw new IOException(file + " has no line " + name);
  }
}
