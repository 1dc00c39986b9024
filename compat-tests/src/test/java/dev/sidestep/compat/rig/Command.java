package dev.sidestep.compat.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Runs programs that end by themselves, such as {@code ip} and {@code curl}. */
public final class Command {
  private Command() {}

  /** Runs a command that must succeed; returns what it printed. */
  public static String run(String... command) throws IOException, InterruptedException {
    return run(List.of(), List.of(command));
  }

  /** Runs a command in the namespace of {@code end}; it must succeed; returns what it printed. */
  public static String runAt(End end, String... command) throws IOException, InterruptedException {
    return run(end.commandPrefix(), List.of(command));
  }

  static String run(List<String> prefix, List<String> command)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(command);
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> String.join(" ", all) + " printed: " + output);
    return output;
  }

  /** Whether a command could be run and succeeded. */
  static boolean tryRun(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
