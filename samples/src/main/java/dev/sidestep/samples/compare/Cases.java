package dev.sidestep.samples.compare;

import dev.sidestep.samples.compare.Case.ProcessorTime;
import dev.sidestep.samples.compare.Case.Rate;
import java.util.ArrayList;
import java.util.List;

/** The cases of {@code samples/compare}, with the sample programs. */
final class Cases {
  private final String mode;
  private final String warmUpSeconds;
  private final String seconds;

  /**
   * Cases that warm up and measure for so long; {@code mode} is how an echo program waits where
   * nothing else is said.
   */
  Cases(String mode, long warmUpSeconds, long seconds) {
    this.mode = mode;
    this.warmUpSeconds = Long.toString(warmUpSeconds);
    this.seconds = Long.toString(seconds);
  }

  /** A client that measures for as long as all do. */
  private Program timed(String name, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--warmup-seconds", warmUpSeconds, "--seconds", seconds));
    return Program.sample(name, all.toArray(String[]::new));
  }

  private Program echoServer() {
    return Program.sample("EchoServer", "--mode", mode);
  }

  /** One round trip after the other, {@code count} of them. */
  Case roundTrips(long count) {
    Program client =
        Program.sample(
            "LatencyClient",
            "--mode",
            mode,
            "--warmup-seconds",
            warmUpSeconds,
            "--count",
            Long.toString(count));
    return Case.of("echo, " + mode, echoServer(), client);
  }

  /** One connection that carries bytes one way as fast as it can. */
  Case bulk(long bytes) {
    Program client =
        Program.sample(
            "BulkClient", "--warmup-seconds", warmUpSeconds, "--bytes", Long.toString(bytes));
    return Case.of("stream, one way", Program.sample("BulkServer"), client)
        .counting(Rate.MEGABYTES_OF_KIBIBYTES);
  }

  /** What an echo server and its client cost while nothing is sent, and the round trip after it. */
  Case idle() {
    return silence(Long.parseLong(seconds) * 1000, "1")
        .called("idle for " + seconds + " s")
        .withProcessorTime(ProcessorTime.SHARE);
  }

  /** Round trips with a pause before each. */
  List<Case> silences() {
    return List.of(silence(1, "0"), silence(10, "0"), silence(100, "0"));
  }

  private Case silence(long millis, String count) {
    Program client =
        Program.sample(
            "LatencyClient",
            "--mode",
            mode,
            "--silence-millis",
            Long.toString(millis),
            "--warmup-seconds",
            warmUpSeconds,
            "--count",
            count,
            "--seconds",
            count.equals("0") ? seconds : "0");
    return Case.of("after " + millis + " ms of silence", echoServer(), client).counting(Rate.NONE);
  }

  /** Round trips where processors are scarce. */
  List<Case> sharedCores() {
    Case echo = Case.of("", echoServer(), timed("LatencyClient", "--mode", mode, "--warmup", "1"));
    return List.of(
        echo.called("both on one core").on(Placement.ONE_CORE),
        echo.called("one of two cores busy").on(Placement.ONE_OF_TWO_BUSY),
        echo.called("both cores busy").on(Placement.BOTH_OF_TWO_BUSY));
  }

  /** An unmodified HTTP server, asked over few and over many connections. */
  List<Case> http(String name, String serverClass) {
    Program server = new Program("dev.sidestep.programs." + serverClass, List.of(), List.of());
    List<Case> cases = new ArrayList<>();
    for (int connections : new int[] {2, 32}) {
      Program client = timed("HttpLoadClient", "--connections", Integer.toString(connections));
      cases.add(Case.of(name + ", " + connections + " connections", server, client));
    }
    return cases;
  }
}
