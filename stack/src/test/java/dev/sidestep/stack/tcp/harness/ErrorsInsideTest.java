package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.FailingDevice;
import dev.sidestep.stack.testing.FailurePoint;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.testing.TwoHosts;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/**
 * An error thrown into the client's stack at every place where it calls something that is not its
 * own: its device, the pool, whoever is told of readiness. It comes out where the application
 * called, as what it is; it costs at most one connection, which then fails; another connection goes
 * on, new ones are made, and nothing is left behind.
 */
class ErrorsInsideTest {

  private static final int BYTES = 30_000;
  private static final long MOST_STEPS = 20_000;

  private final FailurePoint point = new FailurePoint();
  private final TwoHosts hosts =
      new TwoHosts(
          SimulatedLink.Settings.perfect(),
          TcpConfig.defaults(),
          device -> new FailingDevice(device, point));
  private final Error error = new OutOfMemoryError("injected");

  /** Runs what the application does, which may be hit by the error and does not care. */
  private void survive(Runnable action) {
    try {
      action.run();
    } catch (OutOfMemoryError hit) {
      assertSame(error, hit);
    }
  }

  /** One end of a connection that sends and receives so many bytes, whatever happens. */
  private final class Exchange {

    private final TwoHosts.Connection connection;
    private int sent;
    private int received;

    Exchange(TwoHosts.Connection connection) {
      this.connection = connection;
      connection.client().readiness().addListener(events -> point.pass());
    }

    boolean isOver() {
      return (sent == BYTES && received == BYTES) || connection.client().error() != null;
    }

    void step() {
      StreamSocket client = connection.client();
      StreamSocket server = connection.server();
      if (client.error() == null && sent < BYTES) {
        // The buffer tells what was taken, whatever came after that.
        ByteBuffer message = ByteBuffer.allocate(Math.min(3000, BYTES - sent));
        survive(() -> client.write(message));
        sent += message.position();
      }
      ByteBuffer echo = ByteBuffer.allocate(4000);
      if (server.read(echo) > 0) {
        server.write(echo.flip());
      }
      ByteBuffer answer = ByteBuffer.allocate(4000);
      survive(() -> client.read(answer));
      received += answer.position();
    }
  }

  private void poll() {
    survive(hosts::poll);
    hosts.server().poll();
    hosts.clock().advance(TestClock.millis(1));
  }

  private void run(Exchange first, Exchange second) {
    for (long steps = 0; !first.isOver() || !second.isOver(); steps++) {
      assertTrue(steps < MOST_STEPS, () -> hosts.failure("a connection stands still").getMessage());
      first.step();
      second.step();
      poll();
    }
  }

  /** Returns whether the error came at all. */
  private boolean fail(long passes) {
    hosts.withoutInvariants();
    Exchange first = new Exchange(hosts.connect());
    Exchange second = new Exchange(hosts.connect());
    point.failAfter(passes, error);
    run(first, second);
    boolean failed = point.hasFailed();
    point.failAfter(Long.MAX_VALUE, error);
    int lost = failedCount(first) + failedCount(second);
    assertTrue(lost <= 1, "an error has cost more than one connection");
    assertEquals(failed ? 1 : 0, hosts.client().dropped(DropReason.INTERNAL_ERROR));
    Exchange third = new Exchange(hosts.connect());
    run(third, second);
    assertEquals(0, failedCount(third));
    third.connection.client().close();
    third.connection.server().close();
    first.connection.client().close();
    first.connection.server().close();
    hosts.closeAndExpectNothingLeft(second.connection);
    return failed;
  }

  private static int failedCount(Exchange exchange) {
    SocketError cause = exchange.connection.client().error();
    if (cause != null) {
      assertSame(SocketError.ECONNABORTED, cause);
    }
    return cause == null ? 0 : 1;
  }

  @Test
  void whereverAnErrorComesEverythingElseGoesOn() {
    long passes = 0;
    while (new ErrorsInsideTest().fail(passes)) {
      passes++;
    }
    assertTrue(passes > 50, "only " + passes + " places were tried");
  }

  @Test
  void withoutAnErrorNothingFails() {
    assertFalse(fail(Long.MAX_VALUE));
  }
}
