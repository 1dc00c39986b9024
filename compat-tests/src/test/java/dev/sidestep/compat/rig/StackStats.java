package dev.sidestep.compat.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the stack says at exit that it carried ({@code sidestep.stats=exit}): the proof that a
 * program's traffic was ours and not the kernel's.
 */
public final class StackStats {
  private static final Pattern CARRIED =
      Pattern.compile("sidestep stats: connections=(\\d+) bytes_in=(\\d+) bytes_out=(\\d+)");

  private StackStats() {}

  /**
   * Asserts that the stack carried at least so much for a program that has ended, or, on the
   * kernel, that there was no stack.
   */
  public static void assertCarried(ForkedJvm ended, long connections, long bytes) {
    List<Matcher> found =
        ended.output().stream().map(CARRIED::matcher).filter(Matcher::matches).toList();
    if (!ended.end().onSidestep()) {
      assertEquals(List.of(), found, ended.story("has a stack of its own"));
      return;
    }
    assertEquals(1, found.size(), ended.story("should have printed what the stack carried"));
    Matcher carried = found.getFirst();
    assertTrue(
        Long.parseLong(carried.group(1)) >= connections
            && Long.parseLong(carried.group(2)) + Long.parseLong(carried.group(3)) >= bytes,
        ended.story("should have carried " + connections + " connections, " + bytes + " bytes"));
  }
}
