package dev.sidestep.samples.compare;

import dev.sidestep.samples.Options;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs the same programs on the kernel's stack over loopback and on Sidestep over DPDK memif, in
 * one go, and shows both. Ends with status 1 when a part fails.
 */
public final class Compare {
  private static final String[] CASES = {
    "latency", "bulk", "silence", "cores", "connections", "short", "virtual", "idle", "all"
  };
  private static final String[] PROGRAMS = {
    "netty", "tomcat", "jetty", "zookeeper", "kafka", "all"
  };

  private final Options options;
  private final List<String> wanted;
  private final int repetitions;
  private final long warmUpSeconds;
  private final long seconds;

  private Compare(Options options) {
    this.options = options;
    String only = options.text("only");
    if (options.has("programs")) {
      this.wanted = only.isEmpty() ? List.of("all") : options.names("only", PROGRAMS);
    } else {
      this.wanted =
          only.isEmpty() ? List.of("latency", "bulk", "idle") : options.names("only", CASES);
    }
    this.repetitions = byEffort(1, 3, 5);
    this.seconds = byEffort(2, 5, 10);
    this.warmUpSeconds =
        options.text("warmup-seconds").isEmpty()
            ? defaultWarmUpSeconds()
            : options.number("warmup-seconds");
  }

  /** Large programs are compiled for half a minute, and the compiler needs the processors too. */
  private int defaultWarmUpSeconds() {
    return options.has("programs") ? byEffort(10, 30, 30) : byEffort(3, 10, 10);
  }

  private int byEffort(int quick, int usual, int full) {
    return options.has("quick") ? quick : options.has("full") ? full : usual;
  }

  /** Runs what the options ask for. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options =
        new Options(
                "samples/compare", "Compares Sidestep with the kernel's stack, between two JVMs.")
            .list("agent", "Sidestep's jar (default the one built here), as JAR or NAME=JAR")
            .flag("programs", "compare with unmodified servers of others, fetched at first use")
            .value(
                "only",
                "",
                "names separated by commas (default latency,bulk,idle, with --programs all): "
                    + String.join(", ", CASES)
                    + "; with --programs "
                    + String.join(", ", PROGRAMS))
            .value("mode", "selector", "how the echo programs wait: selector, blocking or spin")
            .value("profile", "balanced", "Sidestep's profile: latency, balanced or throughput")
            .value(
                "warmup-seconds",
                "",
                "time not measured (default 10, with --programs 30; with --quick 3 and 10); 0 shows"
                    + " the JVM's compiler at work")
            .value("program-jars", "samples/programs/target/lib", "where the programs' jars are")
            .value("plot", "", "SVG file for the percentile curves of all that is timed")
            .flag("quick", "one short repetition of each case")
            .flag("full", "more and longer repetitions")
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
    List<String> agents = options.all("agent");
    List<Stack> stacks =
        Stack.kernelAnd(agents.isEmpty() ? List.of("agent/target/sidestep-agent.jar") : agents);
    Machine.complaints().forEach(complaint -> System.out.println("Note: " + complaint));
    try (RunFolder folder = new RunFolder(Files.createTempDirectory("sidestep-compare"))) {
      compare(parts(stacks, new Programs(folder.path(), profile(), classpath())));
    }
  }

  private String profile() {
    return options.oneOf("profile", "latency", "balanced", "throughput");
  }

  private String classpath() throws CompareException {
    String samples = System.getProperty("java.class.path");
    if (!options.has("programs")) {
      return samples;
    }
    Path jars = Path.of(options.text("program-jars")).toAbsolutePath();
    if (!Files.isDirectory(jars)) {
      throw new CompareException(jars + " is not there; the command samples/compare makes it");
    }
    return samples + File.pathSeparator + jars + "/*";
  }

  private void compare(List<Part> parts)
      throws IOException, CompareException, InterruptedException {
    Progress progress = new Progress(parts.stream().mapToInt(Part::steps).sum());
    for (Part part : parts) {
      part.run(progress);
    }
    for (Part part : parts) {
      System.out.println();
      Terminal.print(part.report());
    }
    if (!options.text("plot").isEmpty()) {
      List<String> panels = parts.stream().flatMap(part -> part.panels().stream()).toList();
      PercentileCurves.write(Path.of(options.text("plot")), panels);
    }
  }

  private List<Part> parts(List<Stack> stacks, Programs programs)
      throws IOException, InterruptedException {
    Cases cases =
        new Cases(options.oneOf("mode", "selector", "blocking", "spin"), warmUpSeconds, seconds);
    return options.has("programs")
        ? programParts(cases, stacks, programs)
        : sampleParts(cases, stacks, programs);
  }

  private List<Part> sampleParts(Cases cases, List<Stack> stacks, Programs programs)
      throws IOException, InterruptedException {
    List<Part> parts = new ArrayList<>();
    if (wants("latency")) {
      long roundTrips = byEffort(20_000, 100_000, 300_000);
      Case echo = cases.roundTrips(roundTrips);
      Comparison latency =
          comparison("Round trip of 64 bytes, one at a time", List.of(echo), stacks, programs);
      parts.add(latency);
      Path newestJar = stacks.getLast().agentJar();
      if (newestJar != null) {
        parts.add(new RawRoundTrip(programs, newestJar, repetitions, roundTrips));
      }
      parts.add(new Distribution(latency, echo));
    }
    if (wants("bulk")) {
      Case bulk = cases.bulk((long) byEffort(512, 1024, 4096) << 20);
      parts.add(comparison("One-way transfer on one connection", List.of(bulk), stacks, programs));
    }
    if (wants("silence")) {
      parts.add(comparison("Round trip after silence", cases.silences(), stacks, programs));
    }
    if (wants("cores")) {
      parts.add(
          comparison(
              "Round trips where processors are scarce", cases.sharedCores(), stacks, programs));
    }
    if (wants("connections")) {
      parts.add(
          comparison(
              "64 round trips at a time, on connections most of which are silent",
              cases.heldConnections(),
              stacks,
              programs));
    }
    if (wants("short")) {
      parts.add(
          comparison(
              "A connection for each round trip",
              List.of(cases.shortConnections()),
              stacks,
              programs));
    }
    if (wants("virtual")) {
      parts.add(
          comparison("Blocking round trips", List.of(cases.virtualThreads()), stacks, programs));
    }
    if (wants("idle")) {
      parts.add(
          comparison(
              "Nothing to do (CPU in % of a core)", List.of(cases.idle()), stacks, programs));
    }
    return parts;
  }

  private List<Part> programParts(Cases cases, List<Stack> stacks, Programs programs) {
    List<Case> wantedCases = new ArrayList<>();
    if (wants("netty")) {
      wantedCases.addAll(cases.http("Netty 4.1", "NettyHttpServer"));
    }
    if (wants("tomcat")) {
      wantedCases.addAll(cases.http("Tomcat 11", "TomcatHttpServer"));
    }
    if (wants("jetty")) {
      wantedCases.addAll(cases.http("Jetty 12", "JettyHttpServer"));
    }
    if (wants("zookeeper")) {
      wantedCases.addAll(cases.zooKeeper());
    }
    if (wants("kafka")) {
      wantedCases.addAll(cases.kafka());
    }
    return List.of(comparison("Unmodified programs", wantedCases, stacks, programs));
  }

  private Comparison comparison(
      String what, List<Case> cases, List<Stack> stacks, Programs programs) {
    String title =
        String.format(
            Locale.ROOT,
            "%s; %d s of warm-up, median of %d (ratio: above 1 is better than the kernel)",
            what,
            warmUpSeconds,
            repetitions);
    return new Comparison(title, cases, stacks, new CaseRunner(programs), repetitions);
  }

  private boolean wants(String part) {
    return wanted.contains("all") || wanted.contains(part);
  }
}
