package dev.sidestep.stack.nic.dpdk.ffi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is mapped into this process (proc_pid_maps(5)): pointers found where a struct of somebody
 * else's should have them are looked up here before anything follows or calls them.
 *
 * <p>Threads: any.
 */
final class ProcessMemory {

  private static final Path MAPS = Path.of("/proc/self/maps");

  private static volatile ProcessMemory current = new ProcessMemory(List.of());

  private final List<Mapping> mappings;

  /**
   * One line.
   *
   * @param end the first address behind it
   * @param code whether it can be executed and is a file's, so a library's
   */
  private record Mapping(long start, long end, boolean readable, boolean code) {

    boolean contains(long address) {
      return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
    }
  }

  private ProcessMemory(List<Mapping> mappings) {
    this.mappings = mappings;
  }

  /** Whether all of {@code [address, address + bytes)} can be read. */
  static boolean isReadable(long address, long bytes) {
    if (current.hasReadable(address, bytes)) {
      return true;
    }
    current = now();
    return current.hasReadable(address, bytes);
  }

  /** Whether a library's code stands at {@code address}. */
  static boolean isCode(long address) {
    if (current.hasCode(address)) {
      return true;
    }
    current = now();
    return current.hasCode(address);
  }

  /** The file of a library that is loaded, by how its name begins, or {@code null}. */
  static @Nullable Path fileNamed(String start) {
    try {
      for (String line : Files.readAllLines(MAPS, StandardCharsets.ISO_8859_1)) {
        int slash = line.indexOf('/');
        if (slash >= 0 && line.startsWith(start, line.lastIndexOf('/') + 1)) {
          return Path.of(line.substring(slash));
        }
      }
    } catch (IOException unreadable) {
      return null;
    }
    return null;
  }

  private static ProcessMemory now() {
    try {
      return parse(Files.readAllLines(MAPS, StandardCharsets.ISO_8859_1));
    } catch (IOException unreadable) {
      // Nothing can be proven without /proc, so nothing is believed.
      return new ProcessMemory(List.of());
    }
  }

  /**
   * The mappings of a maps file.
   *
   * @param lines as {@code 7f0c1000-7f0c2000 r-xp 00001000 08:01 1835 /usr/lib/libc.so.6}, in the
   *     order of their addresses
   */
  static ProcessMemory parse(List<String> lines) {
    List<Mapping> mappings = new ArrayList<>(lines.size());
    for (String line : lines) {
      int dash = line.indexOf('-');
      int blank = line.indexOf(' ', dash);
      mappings.add(
          new Mapping(
              Long.parseUnsignedLong(line, 0, dash, 16),
              Long.parseUnsignedLong(line, dash + 1, blank, 16),
              line.charAt(blank + 1) == 'r',
              line.charAt(blank + 3) == 'x' && line.indexOf('/', blank) > 0));
    }
    return new ProcessMemory(mappings);
  }

  boolean hasReadable(long address, long bytes) {
    long next = address;
    for (Mapping mapping : mappings) {
      if (mapping.contains(next)) {
        if (!mapping.readable()) {
          return false;
        }
        if (Long.compareUnsigned(mapping.end() - next, address + bytes - next) >= 0) {
          return true;
        }
        next = mapping.end();
      }
    }
    return false;
  }

  boolean hasCode(long address) {
    for (Mapping mapping : mappings) {
      if (mapping.code() && mapping.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
