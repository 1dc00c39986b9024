package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** Keepalive (MUST-24 to MUST-29). */
class KeepaliveTest extends TcpStory {

  private ScriptedApp keptAlive() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.socket().options().keepAlive = true;
    app.socket().submit(Command.OPTIONS);
    return app;
  }

  @Test
  void itIsOffByDefault() {
    acceptedConnection(1000, 65_535);
    peer.expectsNothingFor(seconds(30L * 24 * 3600));
  }

  @Test
  void anIdleConnectionIsProbedAfterTwoHours() {
    keptAlive();
    peer.expectsAfter(seconds(7200), ". 0:0(0) ack 1");
    peer.sends(". 1:1(0) ack 1");
    peer.expectsAfter(seconds(7200), ". 0:0(0) ack 1");
    peer.sends(". 1:1(0) ack 1");
  }

  @Test
  void aPeerThatAnswersNoProbeIsGivenUp() {
    ScriptedApp app = keptAlive();
    peer.expectsAfter(seconds(7200), ". 0:0(0) ack 1");
    for (int i = 1; i < 9; i++) {
      peer.expectsAfter(seconds(75), ". 0:0(0) ack 1");
    }
    app.isConnected();
    peer.expectsAfter(seconds(75), "R. 1:1(0) ack 1 win 0");
    app.hasFailed(SocketError.ETIMEDOUT);
    assertEquals(9, stack.count(Counter.TCP_KEEPALIVES_SENT));
  }

  @Test
  void theTimesAreTheSockets() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.socket().options().keepIdleSeconds = 10;
    app.socket().options().keepIntervalSeconds = 2;
    app.socket().options().keepCountProbes = 1;
    app.socket().options().keepAlive = true;
    app.socket().submit(Command.OPTIONS);
    peer.expectsAfter(seconds(10), ". 0:0(0) ack 1");
    peer.expectsAfter(seconds(2), "R. 1:1(0) ack 1 win 0");
    app.hasFailed(SocketError.ETIMEDOUT);
  }

  @Test
  void receivedDataPutsTheProbeOff() {
    ScriptedApp app = keptAlive();
    after(seconds(7000));
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    app.reads(10);
    peer.expectsAfter(seconds(7200), ". 0:0(0) ack 11");
    peer.sends(". 11:11(0) ack 1");
  }

  @Test
  void aProbeOfThePeersIsAnswered() {
    acceptedConnection(1000, 65_535);
    peer.sends(". 0:0(0) ack 1");
    peer.expects(". 1:1(0) ack 1");
  }
}
