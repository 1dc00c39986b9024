package dev.sidestep.agent.program;

import dev.sidestep.provider.kernel.ExitHook;
import java.util.concurrent.CountDownLatch;

/** Writes from a shutdown hook of its own, after giving everybody else the chance to be first. */
public final class ExitOrder {
  private ExitOrder() {}

  public static void main(String[] arguments) {
    CountDownLatch otherHookRuns = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(otherHookRuns::countDown));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  awaitUninterrupted(otherHookRuns);
                  System.out.println("the application's hook");
                }));
    ExitHook.register(() -> System.out.println("ours"));
    if (arguments.length > 0) {
      System.exit(Integer.parseInt(arguments[0]));
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
