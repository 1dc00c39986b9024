package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.tcp.TcpState;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.ScriptedPeer;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** Peers who want us to run out of something (RFC 4987, CVE-2008-4609). */
class FloodTest extends TcpStory {

  private static final int MAX_HALF_OPEN = 64;
  private static final int MAX_TIME_WAITS = 3;

  FloodTest() {
    super(config());
  }

  private static TcpConfig config() {
    TcpConfig c = TcpConfig.defaults();
    return new TcpConfig(
        c.receiveBufferBytes(),
        c.sendBufferBytes(),
        c.maxBufferBytes(),
        c.initialRtoNanos(),
        c.minRtoNanos(),
        c.maxRtoNanos(),
        c.synRetries(),
        c.synAckRetries(),
        c.retransmissions(),
        c.orphanRetransmissions(),
        c.delayedAckNanos(),
        c.timeWaitNanos(),
        c.finWait2Nanos(),
        MAX_TIME_WAITS,
        c.maxOrphans(),
        MAX_HALF_OPEN);
  }

  @Test
  void aFloodOfSynsLeavesABoundedNumberOfHalfOpenConnections() {
    ListenSocket listener = listens();
    for (int i = 0; i < 1000; i++) {
      ScriptedPeer forged = newPeer(1000 + i, STACK_PORT);
      forged.sends("S 0:0(0) win 65535 <mss 1000>");
      forged.expects("S. 0:0(0) ack 1 <...>");
    }
    assertEquals(MAX_HALF_OPEN, stack.tcp().connectionCount());
    assertEquals(1000 - MAX_HALF_OPEN, stack.dropped(DropReason.TCP_BACKLOG_FULL));
    assertEquals(0, stack.usedMemoryBytes());
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends(". 1:1(0) ack 1");
    accepts(listener).isConnected();
  }

  @Test
  void tooManyInTimeWaitJustEnd() {
    ListenSocket listener = listens();
    for (int i = 0; i < 5; i++) {
      ScriptedPeer client = newPeer(1000 + i, STACK_PORT);
      client.sends("S 0:0(0) win 65535 <mss 1000>");
      client.expects("S. 0:0(0) ack 1 <...>");
      client.sends(". 1:1(0) ack 1");
      accepts(listener).closes();
      client.expects("F. 1:1(0) ack 1");
      client.sends("F. 1:1(0) ack 2");
      client.expects(". 2:2(0) ack 2");
    }
    assertEquals(5, stack.releasedSockets());
    assertEquals(
        MAX_TIME_WAITS,
        stack.snapshot().stream().filter(c -> c.state() == TcpState.TIME_WAIT).count());
  }

  @Test
  void aClosedSocketDoesNotWaitForAWindowForEver() {
    ScriptedApp app = acceptedConnection(1000, 100);
    app.writes(5000);
    peer.expects(". 1:101(100) ack 1");
    peer.sends(". 1:1(0) ack 101 win 0");
    app.closes();
    int answered = 0;
    while (stack.tcp().connectionCount() > 0 && answered < 100) {
      after(millis(100));
      if (peer.ignoresWhatCame() > 0 && stack.tcp().connectionCount() > 0) {
        peer.sends(". 1:1(0) ack 101 win 0");
        answered++;
      }
    }
    assertTrue(answered > 0 && answered < 100, "probes answered: " + answered);
    assertEquals(1, stack.releasedSockets());
    assertEquals(0, stack.usedMemoryBytes());
  }

  @Test
  void aPathThatSwallowsLargePacketsGetsSmallerOnes() {
    // RFC 2923 §2.1, RFC 8899: nobody says why, but the transfer goes on in bounded time.
    ScriptedApp app = acceptedConnection(1460, 65_535);
    app.writes(1460);
    for (int i = 0; i < 4; i++) {
      after(seconds(2));
    }
    peer.ignoresWhatCame();
    assertEquals(1024, connection().mssBytes());
    peer.sends(". 1:1(0) ack 1025");
    peer.expects("P. 1025:1461(436) ack 1");
    peer.sends(". 1:1(0) ack 1461");
    assertTrue(stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS) >= 4);
  }
}
