package dev.sidestep.provider.channel;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.packet.DropReason;
import java.util.Locale;

/** What the stack has carried, for {@code sidestep.stats=exit}: a block to read, a line to grep. */
final class StatsReport {

  private static final String TITLE = "sidestep: the stack carried\n";

  private StatsReport() {}

  /** The report on a stack that never ran. */
  static String ofNothing(String why) {
    return TITLE + "  nothing: " + why + "\n" + summary(0, 0, 0);
  }

  /** The report on a stack that ran. */
  static String of(StackEngine engine) {
    StringBuilder report = new StringBuilder(TITLE);
    row(report, "connections opened", engine.count(Counter.TCP_ACTIVE_OPENS));
    row(report, "connections accepted", engine.count(Counter.TCP_PASSIVE_OPENS));
    row(report, "bytes sent", engine.count(Counter.TCP_BYTES_SENT));
    row(report, "bytes received", engine.count(Counter.TCP_BYTES_RECEIVED));
    row(report, "packets sent", engine.count(Counter.TX_PACKETS));
    row(report, "packets received", engine.count(Counter.RX_PACKETS));
    row(report, "segments retransmitted", engine.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
    for (DropReason reason : DropReason.values()) {
      long dropped = engine.dropped(reason);
      if (dropped != 0) {
        row(report, "dropped " + reason.name().toLowerCase(Locale.ROOT), dropped);
      }
    }
    long connections =
        engine.count(Counter.TCP_ACTIVE_OPENS) + engine.count(Counter.TCP_PASSIVE_OPENS);
    report.append(
        summary(
            connections,
            engine.count(Counter.TCP_BYTES_RECEIVED),
            engine.count(Counter.TCP_BYTES_SENT)));
    return report.toString();
  }

  private static void row(StringBuilder report, String what, long count) {
    report.append(String.format(Locale.ROOT, "  %-40s %,20d%n", what, count));
  }

  private static String summary(long connections, long bytesIn, long bytesOut) {
    return "sidestep stats: connections="
        + connections
        + " bytes_in="
        + bytesIn
        + " bytes_out="
        + bytesOut
        + "\n";
  }
}
