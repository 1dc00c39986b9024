package dev.sidestep.samples.compare;

import dev.sidestep.samples.compare.Case.ProcessorTime;
import dev.sidestep.samples.compare.Case.Rate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The cases of {@code samples/compare}, with the sample programs. */
final class Cases {
  /** Ports for many connections: between two addresses each has 28,232 (ip_local_port_range). */
  private static final String PORTS = "4";

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
    return timed(Program.sample(name, arguments));
  }

  private Program timed(Program client) {
    return client.with("--warmup-seconds", warmUpSeconds, "--seconds", seconds);
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

  /** Few round trips at a time, on some of many connections that are open. */
  List<Case> heldConnections() throws IOException, InterruptedException {
    List<Case> cases = new ArrayList<>();
    for (int held : new int[] {1_000, 10_000, 50_000}) {
      String number = Integer.toString(held);
      Program server =
          Program.sample("EchoServer", "--buffer", "512", "--listeners", PORTS).withHeap("2g");
      Program client =
          timed("HeldConnectionsClient", "--connections", number, "--ports", PORTS).withHeap("2g");
      cases.add(
          Case.of(String.format(Locale.ROOT, "64 of %,d", held), server, client)
              .withKernelIf(held <= 10_000 || Machine.mayOpenManyFiles()));
    }
    return cases;
  }

  /** A connection for each round trip. */
  Case shortConnections() {
    Program server = Program.sample("EchoServer", "--buffer", "1k");
    return Case.of("4 threads", server, timed("ThreadsClient", "--reconnect"));
  }

  /** Many virtual threads that wait for their round trips. */
  Case virtualThreads() {
    Program server = Program.sample("EchoServer", "--mode", "virtual", "--buffer", "1k");
    Program client = timed("ThreadsClient", "--kind", "virtual", "--threads", "1000");
    return Case.of("1,000 virtual threads", server, client);
  }

  /** An unmodified HTTP server, asked over few and over many connections. */
  List<Case> http(String name, String serverClass) {
    Program server = Program.other(serverClass);
    List<Case> cases = new ArrayList<>();
    for (int connections : new int[] {2, 32}) {
      Program client = timed("HttpLoadClient", "--connections", Integer.toString(connections));
      cases.add(Case.of(name + ", " + connections + " connections", server, client));
    }
    return cases;
  }

  /** ZooKeeper's server, asked by its own client. */
  List<Case> zooKeeper() {
    Program server = Program.other("ZooKeeperProgram");
    return List.of(
        Case.of("ZooKeeper get, 2 clients", server, zooKeeperClient("get", 2)),
        Case.of("ZooKeeper get, 32 clients", server, zooKeeperClient("get", 32)),
        Case.of("ZooKeeper create, 32", server, zooKeeperClient("create", 32)));
  }

  private Program zooKeeperClient(String operation, int clients) {
    return timed(
        Program.other(
            "ZooKeeperClient", "--operation", operation, "--clients", Integer.toString(clients)));
  }

  /** Kafka's broker, with its own producer and consumer. */
  List<Case> kafka() {
    Program broker = Program.other("KafkaBroker").withHeap("1g");
    return List.of(
        Case.of("Kafka produce, acks=all", broker, timed(Program.other("KafkaProducing")))
            .counting(Rate.MEGABYTES_OF_KIBIBYTES),
        Case.of("Kafka consume", broker, timed(Program.other("KafkaConsuming")))
            .counting(Rate.MEGABYTES_OF_KIBIBYTES));
  }
}
