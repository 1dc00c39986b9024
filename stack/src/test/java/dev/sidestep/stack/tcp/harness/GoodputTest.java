package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sidestep.stack.nic.Faults;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.testing.Transfer;
import dev.sidestep.stack.testing.TwoHosts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Transfers over every kind of bad network, each byte checked, and what they achieve compared with
 * {@code goodput.txt}: on the virtual clock a regression shows on any machine, however slow.
 *
 * <p>A cell is the rate over several seeds. It fails when it falls more than 5 % below the recorded
 * figure. After a change that is meant to alter the figures, or that makes them better, record them
 * anew and look at the difference before committing it:
 *
 * <pre>
 * mvn -pl stack -am test -Dtest=GoodputTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dsidestep.goodput.record=true
 * </pre>
 *
 * <p>Rates and delays are those of the measurements of Linux that we compare with: 200 Mbit/s with
 * 10 ms of round trip, 1 Gbit/s with 1 ms, with next to none, and with 100 ms.
 */
class GoodputTest {

  private static final String SNAPSHOT = "goodput.txt";
  private static final Path SNAPSHOT_SOURCE =
      Path.of("src/test/resources/dev/sidestep/stack/tcp/harness", SNAPSHOT);

  private static final double TOLERATED_LOSS = 0.05;
  private static final int[] SEEDS = {11, 12, 13};
  private static final long DEADLINE_NANOS = TestClock.seconds(3600);

  /** An interrupted path works for a moment, not for a second, and then again. */
  private static final long DOWN_FROM_NANOS = TestClock.millis(5);

  private static final long DOWN_UNTIL_NANOS = TestClock.millis(1005);

  private static final double[] LOSS_PERCENT = {0, 0.1, 1, 5, 10};
  private static final int[] MTU_BYTES = {1500, 9000};

  private record NetworkPath(String name, long roundTripNanos, long bitsPerSecond) {}

  private static final List<NetworkPath> PATHS =
      List.of(
          new NetworkPath("0ms/1G", TestClock.millis(1) / 50, 1_000_000_000L),
          new NetworkPath("1ms/1G", TestClock.millis(1), 1_000_000_000L),
          new NetworkPath("10ms/200M", TestClock.millis(10), 200_000_000L));

  private static final NetworkPath FAR =
      new NetworkPath("100ms/1G", TestClock.millis(100), 1_000_000_000L);

  /** What else goes wrong beside loss. */
  private enum Trouble {
    NONE,
    REORDER,
    DUPLICATE,
    CORRUPT,
    INTERRUPT
  }

  private record Cell(double lossPercent, NetworkPath path, Trouble trouble, int mtuBytes) {

    String name() {
      return String.format(
          Locale.ROOT,
          "%-9s loss %4.1f%% %-9s mtu %4d",
          path.name(),
          lossPercent,
          trouble.name().toLowerCase(Locale.ROOT),
          mtuBytes);
    }

    SimulatedLink.Settings link(int seed) {
      Faults faults =
          Faults.none(seed).withDrop(lossPercent / 100).withDelay(path.roundTripNanos() / 2);
      faults =
          switch (trouble) {
            case NONE, INTERRUPT -> faults;
            // As much jitter as in the measurements of Linux: 2 ms where the round trip is 10 ms.
            case REORDER -> faults.withReorder(1, path.roundTripNanos() / 5);
            case DUPLICATE -> faults.withDuplicate(0.05);
            case CORRUPT -> faults.withCorrupt(0.01);
          };
      return SimulatedLink.Settings.perfect()
          .withFaults(faults)
          .withRate(path.bitsPerSecond())
          .withQueue(512)
          .withMtu(mtuBytes);
    }
  }

  private static List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (NetworkPath path : PATHS) {
      for (double loss : LOSS_PERCENT) {
        for (Trouble trouble : EnumSet.range(Trouble.NONE, Trouble.CORRUPT)) {
          for (int mtu : MTU_BYTES) {
            cells.add(new Cell(loss, path, trouble, mtu));
          }
        }
      }
    }
    for (NetworkPath path : PATHS) {
      cells.add(new Cell(0, path, Trouble.INTERRUPT, 1500));
    }
    for (Trouble trouble : Trouble.values()) {
      cells.add(new Cell(0, FAR, trouble, 1500));
      cells.add(new Cell(1, FAR, trouble, 1500));
    }
    return cells;
  }

  @Test
  void everyByteArrivesAndNoCellIsSlowerThanItWas() throws IOException {
    Map<String, Double> measured = new TreeMap<>();
    for (Cell cell : cells()) {
      // Half a megabyte is enough to leave slow start wherever there is loss.
      long bytes = cell.lossPercent() == 0 ? 2 << 20 : 512 << 10;
      measured.put(cell.name(), megabitsPerSecond(cell, bytes));
    }
    if (Boolean.getBoolean("sidestep.goodput.record")) {
      record(measured);
    } else {
      compare(recorded(), measured);
    }
  }

  /** 12.5 MB are in flight on such a path, when slow start is over after a second. */
  @Test
  void queuesOfDefaultSizeGrowToWhatALongFastPathHolds() {
    Cell cell = new Cell(0, FAR, Trouble.NONE, 9000);
    SimulatedLink.Settings link = cell.link(SEEDS[0]).withPool(4096).withQueue(2048);
    TwoHosts hosts = new TwoHosts(link, TcpConfig.defaults());
    hosts.withoutInvariants();
    TwoHosts.Connection connection = hosts.connect();
    Transfer transfer = new Transfer(connection.client(), connection.server(), Long.MAX_VALUE);
    long start = hosts.clock().nanos();
    runFor(hosts, transfer, start + TestClock.seconds(2));
    long before = transfer.receivedBytes();
    runFor(hosts, transfer, start + TestClock.seconds(4));
    double megabits = (transfer.receivedBytes() - before) * 8 / 2e6;
    assertTrue(megabits > 0.97 * 1000, () -> megabits + " Mbit/s; " + hosts.link());
  }

  private static void runFor(TwoHosts hosts, Transfer transfer, long untilNanos) {
    hosts.runUntil(
        () -> {
          transfer.pump();
          return hosts.clock().nanos() >= untilNanos;
        });
  }

  /** Many more bytes, no figures: {@code mvn -pl stack -am test -Plong}. */
  @Test
  @Tag("long")
  void everyByteOfLongTransfersArrives() {
    for (Cell cell : cells()) {
      assertTrue(megabitsPerSecond(cell, 8 << 20) > 0, cell.name());
    }
  }

  /** All bytes by all the time they took, so that one lucky seed does not hide the others. */
  private static double megabitsPerSecond(Cell cell, long bytes) {
    long nanos = 0;
    for (int seed : SEEDS) {
      nanos += transferNanos(cell, seed, bytes);
    }
    return SEEDS.length * bytes * 8 * 1000.0 / nanos;
  }

  private static long transferNanos(Cell cell, int seed, long bytes) {
    TwoHosts hosts = new TwoHosts(cell.link(seed), TcpConfig.defaults());
    TwoHosts.Connection connection = hosts.connect();
    Transfer transfer = new Transfer(connection.client(), connection.server(), bytes);
    long start = hosts.clock().nanos();
    if (cell.trouble() == Trouble.INTERRUPT) {
      hosts.link().interrupt(start + DOWN_FROM_NANOS, start + DOWN_UNTIL_NANOS);
    }
    hosts.runUntil(
        () -> {
          transfer.pump();
          if (hosts.clock().nanos() - start > DEADLINE_NANOS) {
            throw hosts.failure("stuck after " + transfer.receivedBytes() + " bytes");
          }
          return transfer.isDone();
        });
    long nanos = hosts.clock().nanos() - start;
    hosts.closeAndExpectNothingLeft(connection);
    return nanos;
  }

  private static void compare(Map<String, Double> recorded, Map<String, Double> measured) {
    assertEquals(recorded.keySet(), measured.keySet(), "cells: record the figures anew");
    List<String> slower = new ArrayList<>();
    measured.forEach(
        (cell, now) -> {
          double before = recorded.getOrDefault(cell, 0.0);
          if (now < before * (1 - TOLERATED_LOSS)) {
            slower.add("%s: %.2f Mbit/s, was %.2f".formatted(cell, now, before));
          }
        });
    if (!slower.isEmpty()) {
      fail("slower than recorded:\n  " + String.join("\n  ", slower));
    }
  }

  private static Map<String, Double> recorded() throws IOException {
    try (InputStream in = GoodputTest.class.getResourceAsStream(SNAPSHOT)) {
      assertNotNull(in, SNAPSHOT + " is missing: record the figures");
      Map<String, Double> figures = new TreeMap<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.startsWith("#")) {
          int colon = line.lastIndexOf(':');
          figures.put(line.substring(0, colon), Double.valueOf(line.substring(colon + 1)));
        }
      }
      return figures;
    }
  }

  private static void record(Map<String, Double> measured) {
    StringBuilder text =
        new StringBuilder("# Mbit/s on the virtual clock; see GoodputTest for how to record\n");
    measured.forEach(
        (cell, rate) -> text.append(String.format(Locale.ROOT, "%s: %8.2f%n", cell, rate)));
    try {
      Files.createDirectories(SNAPSHOT_SOURCE.getParent());
      Files.writeString(SNAPSHOT_SOURCE, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
