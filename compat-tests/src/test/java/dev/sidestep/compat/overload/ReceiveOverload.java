package dev.sidestep.compat.overload;

import dev.sidestep.compat.rig.Classpath;
import dev.sidestep.compat.rig.Command;
import dev.sidestep.compat.rig.End;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.samples.EchoServer;
import dev.sidestep.samples.LatencyClient;
import dev.sidestep.samples.Options;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Round trips of an echo connection, or connections one after the other, beside a flood that comes
 * over the same wire, with the kernel and with Sidestep as the victim: client and flood are in one
 * network namespace, the server in another, a veth pair between them. Prints one line for each, as
 * {@link LatencyClient} or {@link ConnectClient} does, with the frames per second that the flood
 * reached in front.
 *
 * <p>Needs root; {@code compat-tests/overload --help}. On a machine with two processors the flood
 * takes one for itself.
 */
public final class ReceiveOverload {

  private static final String FLOODED = "flooded frames_per_second=";
  private static final int START_SECONDS = 30;
  private static final String FLOOD_DEVICE =
      "net_af_packet0,framesz=2048,blocksz=4096,qdisc_bypass=1,iface=";

  private final Options options;

  private ReceiveOverload(Options options) {
    this.options = options;
  }

  /** Measures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options =
        new Options("ReceiveOverload", "Measures an echo connection beside a flood.")
            .value("victims", "kernel,sidestep", "who is flooded: kernel, sidestep")
            .value("kinds", "garbage", "udp, unknown, malformed, garbage, stray, syn or none")
            .value("rates", "250000,0", "frames per second; 0 for as many as the sender reaches")
            .value("client", "latency", "latency of an echo, or connects, each for an echo")
            .value("mode", "selector", "how both ends wait: selector, blocking or spin")
            .value("count", "20000", "round trips to record")
            .value("warmup", "20000", "round trips before recording begins")
            .value("device-arguments", "", "more for Sidestep's device, such as framesz=2048")
            .value("setting", "", "one more setting of Sidestep, such as profile=latency")
            .parse(args);
    ReceiveOverload measurement = new ReceiveOverload(options);
    for (String kind : options.text("kinds").split(",")) {
      for (String rate : options.text("rates").split(",")) {
        for (String victim : options.text("victims").split(",")) {
          measurement.measure(victim, kind, rate);
        }
      }
    }
  }

  private void measure(String victim, String kind, String rate)
      throws IOException, InterruptedException {
    boolean kernel = victim.equals("kernel");
    try (Link link = Link.open(kernel ? Link.Kind.KERNEL_VETH : Link.Kind.SIDESTEP_VETH);
        ForkedJvm server = startServer(link)) {
      int port = server.awaitListening();
      if (kind.equals("none")) {
        System.out.printf("victim=%s kind=none %s%n", victim, runClient(link, port));
      } else {
        measureBeside(link, victim, kind, rate, port);
      }
      server.terminate();
      String retransmitted = server.lineBeginning("  segments retransmitted");
      if (retransmitted != null) {
        System.out.println(retransmitted);
      }
    }
  }

  private void measureBeside(Link link, String victim, String kind, String rate, int port)
      throws InterruptedException {
    try (ForkedJvm flood = startFlood(link, kind, rate, port)) {
      flood.awaitLine(FLOODED, START_SECONDS);
      String result = runClient(link, port);
      System.out.printf("victim=%s kind=%s %s %s%n", victim, kind, meanRate(flood), result);
    }
  }

  /**
   * Its way to the forged addresses is through the other end, which drops what it gets for them.
   */
  private ForkedJvm startServer(Link link) throws IOException, InterruptedException {
    End end = link.first();
    String gateway = link.second().address();
    if (end.onSidestep()) {
      String device = "device=net_af_packet0,iface=" + link.veth().firstDevice();
      String more = options.text("device-arguments");
      end = end.with(more.isEmpty() ? device : device + "," + more).with("gateway=" + gateway);
      end = options.text("setting").isEmpty() ? end : end.with(options.text("setting"));
    } else {
      Command.runAt(end, "ip", "route", "add", "default", "via", gateway);
    }
    return ForkedJvm.start(
        end,
        EchoServer.class,
        "--host",
        end.address(),
        "--port",
        0,
        "--mode",
        options.text("mode"));
  }

  private ForkedJvm startFlood(Link link, String kind, String rate, int port) {
    End end = link.second();
    End withStack = end.with(List.of(), end.classpath() + ":" + Classpath.agentJar());
    return ForkedJvm.start(
        withStack,
        FloodSender.class,
        "--device",
        FLOOD_DEVICE + link.veth().secondDevice(),
        "--host",
        link.first().address(),
        "--port",
        port,
        "--kind",
        kind,
        "--rate",
        rate,
        "--seconds",
        3600);
  }

  private String runClient(Link link, int port) throws InterruptedException {
    boolean connects = options.oneOf("client", "latency", "connects").equals("connects");
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of("--host", link.first().address(), "--port", port));
    arguments.addAll(List.of("--count", options.text("count")));
    arguments.addAll(List.of("--warmup", options.text("warmup")));
    if (!connects) {
      arguments.addAll(List.of("--mode", options.text("mode")));
    }
    Class<?> program = connects ? ConnectClient.class : LatencyClient.class;
    try (ForkedJvm client = ForkedJvm.start(link.second(), program, arguments.toArray())) {
      return client.awaitLine(connects ? "connects " : "latency ", 120);
    }
  }

  private static String meanRate(ForkedJvm flood) {
    double mean =
        flood.output().stream()
            .filter(line -> line.startsWith(FLOODED))
            .mapToLong(line -> Long.parseLong(line.substring(FLOODED.length())))
            .average()
            .orElse(0);
    return "flood_per_second=" + (long) mean;
  }
}
