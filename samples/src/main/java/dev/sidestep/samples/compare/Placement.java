package dev.sidestep.samples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which processors client and server may use, and which of them somebody else keeps busy. */
enum Placement {
  /** Wherever the scheduler puts them. */
  ANYWHERE(0, 0),
  /** Both on one processor, so that they run in turn. */
  ONE_CORE(1, 0),
  /** On two processors, one of which has something else to do as well. */
  ONE_OF_TWO_BUSY(2, 1),
  /** On two processors, both of which have something else to do as well. */
  BOTH_OF_TWO_BUSY(2, 2);

  private final int cores;
  private final int busyCores;

  Placement(int cores, int busyCores) {
    this.cores = cores;
    this.busyCores = busyCores;
  }

  /** What starts a command on the processors of client and server. */
  List<String> commandPrefix() throws IOException, CompareException {
    return cores == 0 ? List.of() : onCores(some(0, cores));
  }

  /** What starts each of the commands that keep a processor busy. */
  List<List<String>> busyCommandPrefixes() throws IOException, CompareException {
    List<List<String>> prefixes = new ArrayList<>();
    for (int i = cores - busyCores; i < cores; i++) {
      prefixes.add(onCores(some(i, i + 1)));
    }
    return prefixes;
  }

  private static List<String> onCores(String list) {
    return List.of("taskset", "-c", list);
  }

  private String some(int from, int to) throws IOException, CompareException {
    List<String> available = available();
    if (available.size() < cores) {
      throw new CompareException("this case needs " + cores + " processors");
    }
    return String.join(",", available.subList(from, to));
  }

  /** The processors this process may use: {@code Cpus_allowed_list} of proc_pid_status(5). */
  private static List<String> available() throws IOException {
    String field = "Cpus_allowed_list:";
    List<String> available = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field)) {
        for (String range : line.substring(field.length()).trim().split(",")) {
          String[] ends = range.split("-");
          int last = Integer.parseInt(ends[ends.length - 1]);
          for (int core = Integer.parseInt(ends[0]); core <= last; core++) {
            available.add(Integer.toString(core));
          }
        }
      }
    }
    return available;
  }
}
