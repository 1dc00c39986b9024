package dev.sidestep.samples.compare;

import dev.sidestep.samples.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the same programs on the kernel's stack over loopback and on Sidestep over DPDK memif, in
 * one go, and shows both. Ends with status 1 when a part fails.
 */
public final class Compare {
  private final Path agentJar;
  private final int repetitions;
  private final long roundTrips;
  private final long bulkBytes;
  private final long warmUpSeconds;
  private final String only;
  private final String mode;
  private final String profile;

  private Compare(Options options) {
    this.agentJar = Path.of(options.text("agent")).toAbsolutePath();
    this.only = options.oneOf("only", "all", "latency", "bulk", "idle");
    this.mode = options.oneOf("mode", "selector", "blocking", "spin");
    this.profile = options.oneOf("profile", "latency", "balanced", "throughput");
    this.repetitions = options.has("quick") ? 1 : options.has("full") ? 5 : 3;
    this.roundTrips = options.has("quick") ? 20_000 : options.has("full") ? 300_000 : 100_000;
    this.bulkBytes = (options.has("quick") ? 512L : options.has("full") ? 4096L : 1024L) << 20;
    this.warmUpSeconds = options.number("warmup-seconds");
  }

  /** Runs what the options ask for. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options =
        new Options(
                "samples/compare", "Compares Sidestep with the kernel's stack, between two JVMs.")
            .value("agent", "agent/target/sidestep-agent.jar", "Sidestep's jar")
            .value("only", "all", "latency, bulk, idle or all")
            .value("mode", "selector", "how the echo programs wait: selector, blocking or spin")
            .value("profile", "balanced", "Sidestep's profile: latency, balanced or throughput")
            .value("warmup-seconds", "10", "time not measured; 0 shows the JVM's compiler at work")
            .flag("quick", "one short repetition, about a minute")
            .flag("full", "more and longer repetitions, about seven minutes")
            .parse(args);
    try {
      new Compare(options).run();
    } catch (CompareException e) {
      System.out.println();
      System.err.println("samples/compare: " + e.getMessage());
      System.exit(1);
    }
  }

  private void run() throws IOException, CompareException, InterruptedException {
    if (!Files.isReadable(agentJar)) {
      throw new CompareException(agentJar + " is not there; the command samples/compare builds it");
    }
    Machine.complaints().forEach(complaint -> System.out.println("Note: " + complaint));
    Path directory = Files.createTempDirectory("sidestep-compare");
    try {
      compare(new Programs(agentJar, directory, profile));
    } finally {
      delete(directory);
    }
  }

  private void compare(Programs programs)
      throws IOException, CompareException, InterruptedException {
    List<Part> parts = parts(programs);
    Progress progress = new Progress(parts.stream().mapToInt(Part::steps).sum());
    for (Part part : parts) {
      part.run(progress);
    }
    for (Part part : parts) {
      System.out.println();
      Terminal.print(part.report());
    }
  }

  private List<Part> parts(Programs programs) {
    List<Part> parts = new ArrayList<>();
    if (wants("latency")) {
      parts.add(new LatencyComparison(programs, repetitions, roundTrips, mode, warmUpSeconds));
    }
    if (wants("bulk")) {
      parts.add(new BulkComparison(programs, repetitions, bulkBytes, warmUpSeconds));
    }
    if (wants("idle")) {
      parts.add(new IdleMeasurement(programs));
    }
    return parts;
  }

  private boolean wants(String part) {
    return only.equals("all") || only.equals(part);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
