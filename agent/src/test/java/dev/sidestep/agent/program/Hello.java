package dev.sidestep.agent.program;

/** Knows nothing of networks. */
public final class Hello {
  private Hello() {}

  public static void main(String[] arguments) {
    System.out.println("hello");
  }
}
