package dev.sidestep.stack.tcp.harness;

import dev.sidestep.stack.nic.Faults;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.StreamPattern;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.testing.TwoHosts;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

/**
 * Whatever two applications do and whatever the network does to them, the rules of {@link
 * dev.sidestep.stack.testing.TcpInvariants} hold after every step, what arrives is a prefix of what
 * was sent, and in the end nothing is left over. A failure is shrunk to the shortest list of steps
 * and printed with its seed.
 */
class InterleavingPropertyTest {

  private static final int MAX_CHUNK_BYTES = 20_000;

  /** One thing that happens. */
  sealed interface Step {
    record Write(boolean client, int bytes) implements Step {}

    record Read(boolean client, int bytes) implements Step {}

    record ShutdownOutput(boolean client) implements Step {}

    record Close(boolean client) implements Step {}

    record Pass(long nanos) implements Step {}

    record Network(double lossChance, double reorderChance, boolean up) implements Step {}
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Boolean> side = Arbitraries.of(true, false);
    Arbitrary<Integer> bytes = Arbitraries.integers().between(1, MAX_CHUNK_BYTES);
    Arbitrary<Step> write = Combinators.combine(side, bytes).as(Step.Write::new);
    Arbitrary<Step> read = Combinators.combine(side, bytes).as(Step.Read::new);
    Arbitrary<Step> pass = Arbitraries.longs().between(0, TestClock.seconds(5)).map(Step.Pass::new);
    Arbitrary<Double> chance = Arbitraries.of(0.0, 0.01, 0.1, 0.5);
    Arbitrary<Step> network =
        Combinators.combine(chance, chance, Arbitraries.of(true, true, true, false))
            .as(Step.Network::new);
    return Arbitraries.frequencyOf(
            Tuple.of(8, write),
            Tuple.of(8, read),
            Tuple.of(10, pass),
            Tuple.of(2, network),
            Tuple.of(1, side.map(Step.ShutdownOutput::new)),
            Tuple.of(1, side.map(Step.Close::new)))
        .list()
        .ofMaxSize(80);
  }

  @Property(tries = 150, seed = "4711")
  void anyInterleavingKeepsTheStreamWhole(@ForAll("steps") List<Step> steps, @ForAll long seed) {
    perform(steps, seed);
  }

  /** The same, other ones each time: {@code mvn -pl stack -am test -Plong}. */
  @Property(tries = 5000)
  @Tag("long")
  void anyOtherInterleavingDoesToo(@ForAll("steps") List<Step> steps, @ForAll long seed) {
    perform(steps, seed);
  }

  private static void perform(List<Step> steps, long seed) {
    Run run = new Run(seed);
    steps.forEach(run::perform);
    run.finish();
  }

  /** One application. */
  private static final class App {
    final StreamSocket socket;
    long written;
    long read;
    boolean shut;
    boolean closed;

    App(StreamSocket socket) {
      this.socket = socket;
    }

    void write(int bytes) {
      if (!shut && !closed && socket.state() == StreamSocket.State.CONNECTED) {
        ByteBuffer source = ByteBuffer.wrap(StreamPattern.bytes(written, bytes));
        written += socket.write(source);
      }
    }

    int read(int bytes) {
      ByteBuffer target = ByteBuffer.allocate(bytes);
      int count = closed ? -1 : socket.read(target);
      if (count > 0) {
        long wrong = StreamPattern.firstDifference(target.flip(), read);
        if (wrong >= 0) {
          throw new AssertionError("wrong byte at " + wrong);
        }
        read += count;
      }
      return count;
    }
  }

  private static final class Run {
    private final TwoHosts hosts;
    private final TwoHosts.Connection connection;
    private final long seed;
    private final App client;
    private final App server;

    Run(long seed) {
      this.seed = seed;
      SimulatedLink.Settings settings =
          SimulatedLink.Settings.perfect()
              .withFaults(Faults.none(seed).withDelay(TestClock.millis(1)))
              .withPool(256)
              .withQueue(256);
      hosts = new TwoHosts(settings, TcpConfig.defaults());
      connection = hosts.connect();
      client = new App(connection.client());
      server = new App(connection.server());
    }

    void perform(Step step) {
      switch (step) {
        case Step.Write(boolean atClient, int bytes) -> app(atClient).write(bytes);
        case Step.Read(boolean atClient, int bytes) -> app(atClient).read(bytes);
        case Step.ShutdownOutput(boolean atClient) -> shutdownOutput(app(atClient));
        case Step.Close(boolean atClient) -> close(app(atClient));
        case Step.Pass(long nanos) -> hosts.runFor(nanos);
        case Step.Network(double loss, double reorder, boolean up) -> {
          hosts.link().setUp(up);
          hosts
              .link()
              .setFaults(
                  Faults.none(seed)
                      .withDelay(TestClock.millis(1))
                      .withDrop(loss)
                      .withReorder(reorder, TestClock.millis(3)));
        }
      }
      hosts.poll();
      checkPrefix(client, server);
      checkPrefix(server, client);
    }

    private App app(boolean atClient) {
      return atClient ? client : server;
    }

    private static void shutdownOutput(App app) {
      if (!app.shut && !app.closed && app.socket.state() == StreamSocket.State.CONNECTED) {
        app.shut = true;
        app.socket.shutdownOutput();
      }
    }

    private static void close(App app) {
      if (!app.closed) {
        app.closed = true;
        app.socket.close();
      }
    }

    private void checkPrefix(App reader, App writer) {
      if (reader.read > writer.written) {
        throw hosts.failure("read " + reader.read + " bytes of " + writer.written + " written");
      }
    }

    /** The network heals, both read all there is, both close: nothing may be left anywhere. */
    void finish() {
      hosts.link().setUp(true);
      hosts.link().setFaults(Faults.none(seed).withDelay(TestClock.millis(1)));
      boolean whole = !client.closed && !server.closed;
      // Longer than any timer: retransmissions may have backed off up to two minutes.
      for (int second = 0; second < 300; second++) {
        drain(client);
        drain(server);
        hosts.runFor(TestClock.seconds(1));
      }
      boolean alive =
          client.socket.state() == StreamSocket.State.CONNECTED
              && server.socket.state() == StreamSocket.State.CONNECTED;
      if (whole && alive && (client.read != server.written || server.read != client.written)) {
        throw hosts.failure(
            "%d of %d and %d of %d bytes arrived"
                .formatted(server.read, client.written, client.read, server.written));
      }
      close(client);
      close(server);
      hosts.runFor(TestClock.seconds(300));
      hosts.expectNothingLeft();
    }

    private static void drain(App app) {
      int count = 1;
      while (count > 0) {
        count = app.read(MAX_CHUNK_BYTES);
      }
    }
  }
}
