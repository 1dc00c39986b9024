package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpState;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.ScriptedPeer;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** How connections come to be (RFC 9293 §3.5). */
class HandshakeTest extends TcpStory {

  private static final String LINUX_SYN_OPTIONS = "<mss 1460,sackOK,TS val * ecr 0,nop,wscale 10>";

  @Test
  void aConnectSendsLinuxOptionsInLinuxOrder() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 " + LINUX_SYN_OPTIONS);
    assertEquals(TcpState.SYN_SENT, connection().state());
    peer.sends("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 8>");
    peer.expects(". 1:1(0) ack 1 win 256 <nop,nop,TS val * ecr 100>");
    app.isConnected();
    assertEquals(TcpState.ESTABLISHED, connection().state());
    assertEquals(1, stack.count(Counter.TCP_ACTIVE_OPENS));
  }

  @Test
  void aListenerAnswersWithTheOptionsItWasOffered() {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 2>");
    peer.expects("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val * ecr 7,nop,wscale 10>");
    assertEquals(TcpState.SYN_RECEIVED, connection().state());
    assertNull(listener.accept(), "nothing to accept before the handshake is complete");
    peer.sends(". 1:1(0) ack 1 win 1000 <nop,nop,TS val 8 ecr 0>");
    assertEquals(Readiness.ACCEPT, listener.readyOps());
    accepts(listener).isConnected();
    assertEquals(4000, connection().sndWnd(), "the peer's window is scaled");
    assertEquals(1, stack.count(Counter.TCP_PASSIVE_OPENS));
  }

  @Test
  void aPeerWithoutOptionsGetsNoneButTheSegmentSize() {
    listens();
    peer.sends("S 0:0(0) win 65535");
    peer.expects("S. 0:0(0) ack 1 win 65535 <mss 1460>");
    peer.sends(". 1:1(0) ack 1");
    assertEquals(536, connection().mssBytes(), "MUST-15");
  }

  @Test
  void dataMayComeWithTheAckOfTheHandshake() {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    accepts(listener).reads(10);
  }

  @Test
  void aLostSynIsSentAgainForTwoMinutesAndThenTheConnectFails() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    for (int i = 0; i < 6; i++) {
      peer.expectsAfter(seconds(1L << i), "S 0:0(0) win 65535 <...>");
    }
    peer.expectsNothingFor(seconds(64) - 1);
    after(1);
    app.hasFailed(SocketError.ETIMEDOUT);
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void aLostSynAckIsSentAgainAndAtLastForgotten() {
    listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    for (int i = 0; i < 5; i++) {
      peer.expectsAfter(seconds(1L << i), "S. 0:0(0) ack 1 <...>");
    }
    assertEquals(1, stack.tcp().connectionCount());
    peer.expectsNothingFor(seconds(32));
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void aRepeatedSynIsAnsweredAgain() {
    listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    after(millis(500));
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
  }

  @Test
  void aRefusedConnectFails() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    peer.sends("R. 0:0(0) ack 1 win 0");
    app.hasFailed(SocketError.ECONNREFUSED);
  }

  @Test
  void aResetThatAcknowledgesSomethingElseDoesNotEndAConnect() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    peer.sends("R. 0:0(0) ack 2 win 0");
    peer.sends("R 0:0(0) win 0");
    assertEquals(StreamSocket.State.CONNECTING, app.socket().state());
    assertEquals(1, stack.dropped(DropReason.TCP_BAD_ACK));
    assertEquals(1, stack.dropped(DropReason.TCP_BAD_RST));
  }

  @Test
  void anAckOfSomethingNeverSentIsAnsweredWithResetWhileConnecting() {
    connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    peer.sends("S. 0:0(0) ack 77 win 100");
    peer.expects("R 77:77(0) win 0");
    assertEquals(TcpState.SYN_SENT, connection().state());
  }

  @Test
  void crossedSynsOpenOneConnection() {
    // RFC 9293 §3.5 figure 7, MUST-10.
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 win 65535 <mss 1460>");
    assertEquals(TcpState.SYN_RECEIVED, connection().state());
    peer.sends(". 1:1(0) ack 1");
    app.isConnected();
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    peer.sends("P. 1:6(5) ack 11");
    peer.expects(". 11:11(0) ack 6");
    app.reads(5);
  }

  @Test
  void crossedSynAcksAreAcknowledged() {
    connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 win 65535 <mss 1460>");
    peer.sends("S. 0:0(0) ack 1 win 65535 <mss 1000>");
    peer.expects(". 1:1(0) ack 1");
    assertEquals(TcpState.ESTABLISHED, connection().state());
  }

  @Test
  void aSegmentForAPortNobodyListensOnIsAnsweredWithReset() {
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("R. 0:0(0) ack 1 win 0");
    peer.forgetConnection();
    peer.sends("P. 5:15(10) ack 30");
    peer.expects("R 30:30(0) win 0");
    peer.sends("R 5:5(0) win 0");
    peer.sends("F 5:5(0) win 0");
    peer.expects("R. 0:0(0) ack 6 win 0");
    assertEquals(4, stack.dropped(DropReason.TCP_NO_SOCKET));
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void aListenerIgnoresResetsAndAnswersAcksWithReset() {
    listens();
    peer.sends("R 0:0(0) win 0");
    peer.sends("SF 0:0(0) win 100");
    peer.sends("F 0:0(0) win 100");
    peer.sends("- 0:0(0) win 100");
    peer.expectsNothing();
    peer.sends(". 1:1(0) ack 9");
    peer.expects("R 9:9(0) win 0");
    peer.sends("S. 1:1(0) ack 9");
    peer.expects("R 9:9(0) win 0");
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void aHalfOpenConnectionIsResetByTheExactSequenceNumberOnly() {
    listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends("R 2:2(0) win 0");
    peer.expects(". 1:1(0) ack 1");
    assertEquals(1, stack.tcp().connectionCount());
    peer.sends("R 1:1(0) win 0");
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void aWrongAckOfTheSynAckIsAnsweredWithReset() {
    listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends(". 1:1(0) ack 2");
    peer.expects("R 2:2(0) win 0");
    assertEquals(TcpState.SYN_RECEIVED, connection().state());
  }

  @Test
  void aFullBacklogKeepsTheConnectionHalfOpen() {
    // Linux: one more than the backlog, then the final ACK is ignored and SYNs are dropped.
    ListenSocket listener = stack.listen(STACK_PORT, 1);
    for (int i = 0; i < 2; i++) {
      ScriptedPeer client = newPeer(PEER_PORT + 1 + i, STACK_PORT);
      client.sends("S 0:0(0) win 65535 <mss 1000>");
      client.expects("S. 0:0(0) ack 1 <...>");
      if (i == 1) {
        peer.sends("S 0:0(0) win 65535 <mss 1000>");
        peer.expects("S. 0:0(0) ack 1 <...>");
      }
      client.sends(". 1:1(0) ack 1");
    }
    peer.sends(". 1:1(0) ack 1");
    ScriptedPeer late = newPeer(PEER_PORT + 9, STACK_PORT);
    late.sends("S 0:0(0) win 65535 <mss 1000>");
    late.expectsNothing();
    assertEquals(2, stack.dropped(DropReason.TCP_BACKLOG_FULL));
    assertEquals(2, stack.count(Counter.TCP_LISTEN_OVERFLOWS));
    assertNotNull(listener.accept());
    peer.expectsAfter(seconds(1), "S. 0:0(0) ack 1 <...>");
    peer.sends(". 1:1(0) ack 1");
    assertNotNull(listener.accept());
    assertNotNull(listener.accept());
    assertNull(listener.accept());
  }

  @Test
  void closingAListenerResetsWhatNobodyAccepted() {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends(". 1:1(0) ack 1");
    ScriptedPeer halfOpen = newPeer(PEER_PORT + 1, STACK_PORT);
    halfOpen.sends("S 0:0(0) win 65535 <mss 1000>");
    halfOpen.expects("S. 0:0(0) ack 1 <...>");
    listener.close();
    peer.expects("R. 1:1(0) ack 1 win 0");
    assertEquals(0, stack.tcp().connectionCount());
    assertEquals(2, stack.releasedSockets(), "the listener and the connection");
    halfOpen.sends(". 1:1(0) ack 1");
    halfOpen.expects("R 1:1(0) win 0");
  }

  @Test
  void initialSequenceNumbersDifferFromOneConnectionToTheNext() {
    listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    int first = connection().sndUna();
    peer.sends("R 1:1(0) win 0");
    peer.forgetConnection();
    after(millis(4));
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    assertEquals(62_500, connection().sndUna() - first, "a tick for each 64 ns, as in Linux");
  }
}
