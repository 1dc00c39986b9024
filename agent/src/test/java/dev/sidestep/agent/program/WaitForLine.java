package dev.sidestep.agent.program;

import java.io.IOException;

/** Says that it is up, and ends when its standard input does. */
public final class WaitForLine {
  private WaitForLine() {}

  public static void main(String[] arguments) throws IOException {
    System.out.println("up");
    while (System.in.read() >= 0) {
      // Whoever started it decides when it ends.
    }
    System.out.println("down");
  }
}
