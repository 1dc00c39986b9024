package dev.sidestep.stack.bench;

import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.TwoHosts;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message to the server and back through two whole stacks on a link in memory: each message goes
 * write, TCP out, IPv4 out, link, IPv4 in, TCP in, read, twice; polled by one thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class EchoBenchmark {

  @Param({"64", "1448"})
  int messageBytes;

  private final TwoHosts hosts =
      new TwoHosts(SimulatedLink.Settings.perfect(), TcpConfig.defaults());
  private final TwoHosts.Connection connection = hosts.connect();
  private ByteBuffer message = ByteBuffer.allocateDirect(0);

  /** Makes the message. */
  @Setup
  public void setUp() {
    hosts.withoutInvariants();
    message = ByteBuffer.allocateDirect(messageBytes);
  }

  /** There and back again. */
  @Benchmark
  public int echo() {
    connection.client().write(message.clear());
    hosts.poll();
    connection.server().read(message.clear());
    connection.server().write(message.flip());
    hosts.poll();
    hosts.clock().advance(10_000);
    return connection.client().read(message.clear());
  }
}
