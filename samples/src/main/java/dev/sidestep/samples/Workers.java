package dev.sidestep.samples;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads each of which repeats an operation of its own for as long as a measurement takes. */
public final class Workers {
  private final Measurement measurement;
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private volatile boolean over;

  private Workers(Measurement measurement) {
    this.measurement = measurement;
  }

  /** What one thread repeats. */
  public interface Operation {
    /** Does it once and checks what came of it. */
    void run() throws Exception;

    /** Ends it; called once, when it is not run any more. */
    void finish() throws Exception;
  }

  /** Makes the operation of each thread. */
  public interface Factory {
    /** The operation of thread {@code number}, counted from 0. */
    Operation open(int number) throws Exception;
  }

  /**
   * Opens an operation for each of so many threads, then warms up and measures for the seconds that
   * the options say, and reports.
   *
   * @throws Exception what the first operation that failed has thrown
   */
  public static void measure(Options options, Thread.Builder builder, int threads, Factory factory)
      throws Exception {
    List<Operation> operations = new ArrayList<>();
    try {
      for (int i = 0; i < threads; i++) {
        operations.add(factory.open(i));
      }
      Measurement measurement = new Measurement(options);
      new Workers(measurement).run(options, builder, operations);
      measurement.report();
    } finally {
      for (Operation operation : operations) {
        operation.finish();
      }
    }
  }

  private void run(Options options, Thread.Builder builder, List<Operation> operations)
      throws ExecutionException, InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Operation operation : operations) {
      threads.add(builder.start(() -> repeat(operation)));
    }
    try {
      passSeconds(options.number("warmup-seconds"));
      measurement.begin();
      passSeconds(options.number("seconds"));
      measurement.end();
    } finally {
      over = true;
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Lets so much time pass unless an operation fails. */
  private void passSeconds(long seconds) throws ExecutionException, InterruptedException {
    try {
      failure.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      // All went well.
    }
  }

  private void repeat(Operation operation) {
    try {
      while (!over) {
        long start = System.nanoTime();
        operation.run();
        measurement.record(System.nanoTime() - start);
      }
    } catch (Exception e) {
      failure.completeExceptionally(e);
    }
  }
}
