package dev.sidestep.samples.compare;

import java.io.IOException;

/** Keeps one processor busy, until whoever started it ends or closes its standard input. */
public final class Spinner {
  private Spinner() {}

  /** Spins. */
  public static void main(String[] args) throws IOException {
    Thread.ofPlatform().daemon().name("spinner").start(Spinner::spin);
    System.out.println("spinning");
    while (System.in.read() >= 0) {
      // Nothing is said, only the end of input counts.
    }
  }

  private static void spin() {
    while (true) {
      Thread.onSpinWait();
    }
  }
}
