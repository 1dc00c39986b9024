package dev.sidestep.samples.compare;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** What an echo server costs while nobody sends to it. */
final class IdleMeasurement implements Part {
  private static final int SETTLE_SECONDS = 2;
  private static final int MEASURED_SECONDS = 5;

  private final Programs programs;
  private double percentOfCore;

  IdleMeasurement(Programs programs) {
    this.programs = programs;
  }

  @Override
  public int steps() {
    return 1;
  }

  @Override
  public void run(Progress progress) throws IOException, CompareException, InterruptedException {
    progress.begin("sidestep idle server");
    Transport transport = programs.sidestep();
    try (Programs.Server server =
        programs.startServer(transport, "EchoServer", List.of("--port", "0"))) {
      // Traffic first, so that a server is measured that has been at work.
      List<String> arguments = List.of("--count", "1000", "--warmup", "1000");
      programs.runClient(transport, server, "LatencyClient", arguments, "latency ");
      Thread.sleep(1000L * SETTLE_SECONDS);
      CpuTime before = server.jvm().cpuTime();
      Thread.sleep(1000L * MEASURED_SECONDS);
      percentOfCore = server.jvm().cpuTime().percentSince(before);
    }
    progress.end(percent());
  }

  @Override
  public String report() {
    return String.format(
        Locale.ROOT, "Idle Sidestep server: %s, over %d s%n", percent(), MEASURED_SECONDS);
  }

  private String percent() {
    return String.format(Locale.ROOT, "%.1f %% of a core", percentOfCore);
  }
}
