package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpState;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** How connections end (RFC 9293 §3.6). */
class CloseTest extends TcpStory {

  private ScriptedApp accepted() {
    return acceptedConnection(1000, 65_535);
  }

  private void stateIs(TcpState state) {
    assertEquals(state, connection().state());
  }

  @Test
  void thePeerClosesFirst() {
    ScriptedApp app = accepted();
    peer.sends("F. 1:1(0) ack 1");
    peer.expects(". 1:1(0) ack 2");
    stateIs(TcpState.CLOSE_WAIT);
    app.readsEnd();
    app.writes(10);
    peer.expects("P. 1:11(10) ack 2");
    peer.sends(". 2:2(0) ack 11");
    app.closes();
    peer.expects("F. 11:11(0) ack 2");
    stateIs(TcpState.LAST_ACK);
    assertEquals(0, stack.releasedSockets());
    peer.sends(". 2:2(0) ack 12");
    assertEquals(0, stack.tcp().connectionCount());
    assertEquals(1, stack.releasedSockets());
    assertEquals(0, stack.usedMemoryBytes());
  }

  @Test
  void weCloseFirst() {
    ScriptedApp app = accepted();
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    stateIs(TcpState.FIN_WAIT_1);
    peer.sends(". 1:1(0) ack 2");
    stateIs(TcpState.FIN_WAIT_2);
    peer.sends("F. 1:1(0) ack 2");
    peer.expects(". 2:2(0) ack 2");
    stateIs(TcpState.TIME_WAIT);
    peer.expectsNothingFor(seconds(60));
    assertEquals(0, stack.snapshot().stream().filter(c -> c.remotePort() != 0).count());
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void finAndAckInOneSegment() {
    ScriptedApp app = accepted();
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends("F. 1:1(0) ack 2");
    peer.expects(". 2:2(0) ack 2");
    stateIs(TcpState.TIME_WAIT);
  }

  @Test
  void crossedFinsEndInTimeWait() {
    // RFC 9293 §3.6 figure 13, MUST-11 for the open is its sibling.
    ScriptedApp app = accepted();
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends("F. 1:1(0) ack 1");
    peer.expects(". 2:2(0) ack 2");
    stateIs(TcpState.CLOSING);
    peer.sends(". 2:2(0) ack 2");
    stateIs(TcpState.TIME_WAIT);
    peer.expectsNothing();
  }

  @Test
  void theFinFollowsWhatWasWritten() {
    ScriptedApp app = acceptedConnection(1000, 1500);
    app.writes(3500);
    app.closes();
    peer.expects(". 1:1001(1000) ack 1");
    peer.expectsNothing();
    stateIs(TcpState.FIN_WAIT_1);
    peer.sends(". 1:1(0) ack 1001 win 5000");
    peer.expects(". 1001:2001(1000) ack 1");
    peer.expects(". 2001:3001(1000) ack 1");
    peer.expects("FP. 3001:3501(500) ack 1");
    peer.sends(". 1:1(0) ack 3502 win 5000");
    stateIs(TcpState.FIN_WAIT_2);
    assertEquals(0, stack.usedMemoryBytes());
  }

  @Test
  void aHalfClosedConnectionStillReceives() {
    ScriptedApp app = accepted();
    app.shutsDownOutput();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends(". 1:1(0) ack 2");
    peer.sends("P. 1:11(10) ack 2");
    peer.expects(". 2:2(0) ack 11");
    app.reads(10);
    peer.expectsNothingFor(seconds(3600));
    stateIs(TcpState.FIN_WAIT_2);
    peer.sends("FP. 11:21(10) ack 2");
    peer.expects(". 2:2(0) ack 22");
    app.reads(10);
    app.readsEnd();
    app.closes();
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void closingWithUnreadBytesResets() {
    // RFC 2525 §2.17, SHLD-3.
    ScriptedApp app = accepted();
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    app.closes();
    peer.expects("R. 1:1(0) ack 11 win 0");
    assertEquals(0, stack.tcp().connectionCount());
    assertEquals(1, stack.releasedSockets());
    assertEquals(0, stack.usedMemoryBytes());
  }

  @Test
  void bytesThatHaveArrivedUnnoticedCountAsUnread() {
    ScriptedApp app = accepted();
    peer.sendsUnnoticed("P. 1:11(10) ack 1");
    app.closes();
    peer.expects(". 1:1(0) ack 11");
    peer.expects("R. 1:1(0) ack 11 win 0");
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void closingWithLingerZeroResets() {
    ScriptedApp app = accepted();
    app.socket().options().lingerSeconds = 0;
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    app.closes();
    peer.expects("R. 11:11(0) ack 1 win 0");
    assertEquals(0, stack.tcp().connectionCount());
    assertEquals(0, stack.usedMemoryBytes());
  }

  @Test
  void dataAfterCloseIsAnsweredWithReset() {
    ScriptedApp app = accepted();
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends(". 1:1(0) ack 2");
    peer.sends("P. 1:11(10) ack 2");
    peer.expects("R. 2:2(0) ack 1 win 0");
    assertEquals(1, stack.dropped(DropReason.TCP_AFTER_CLOSE));
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void aClosedSocketDoesNotWaitForThePeersFinForEver() {
    ScriptedApp app = accepted();
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends(". 1:1(0) ack 2");
    after(seconds(60) - 1);
    stateIs(TcpState.FIN_WAIT_2);
    after(1);
    assertEquals(0, stack.tcp().connectionCount());
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void aSocketClosedInFinWait2WaitsAMinuteFromThen() {
    ScriptedApp app = accepted();
    app.shutsDownOutput();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends(". 1:1(0) ack 2");
    after(seconds(600));
    stateIs(TcpState.FIN_WAIT_2);
    app.closes();
    after(seconds(60));
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void aLostFinOfAnOrphanIsGivenUp() {
    ScriptedApp app = accepted();
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    after(seconds(300));
    int repeated = peer.ignoresWhatCame();
    assertEquals(8, repeated, "tcp_orphan_retries");
    assertEquals(0, stack.tcp().connectionCount());
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void aFinAheadOfAHoleWaitsForIt() {
    ScriptedApp app = accepted();
    peer.sends("F. 11:11(0) ack 1");
    peer.expects(". 1:1(0) ack 1");
    stateIs(TcpState.ESTABLISHED);
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 12");
    app.reads(10);
    app.readsEnd();
    stateIs(TcpState.CLOSE_WAIT);
  }

  @Test
  void aRepeatedFinIsAcknowledgedAgain() {
    accepted();
    peer.sends("F. 1:1(0) ack 1");
    peer.expects(". 1:1(0) ack 2");
    peer.sends("F. 1:1(0) ack 1");
    peer.expects(". 1:1(0) ack 2");
    stateIs(TcpState.CLOSE_WAIT);
  }

  @Test
  void closingAConnectThatIsUnderWayForgetsIt() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    app.closes();
    assertEquals(0, stack.tcp().connectionCount());
    assertEquals(1, stack.releasedSockets());
    peer.sends("S. 0:0(0) ack 1 win 65535");
    peer.expects("R 1:1(0) win 0");
  }

  @Test
  void closingASocketThatWasNeverUsedReleasesIt() {
    StreamSocket socket = stack.open(STACK_PORT);
    socket.close();
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void afterShutdownInputBytesAreAcknowledgedAndThrownAway() {
    ScriptedApp app = accepted();
    app.socket().shutdownInput();
    int next = 1;
    for (int i = 0; i < 500; i++) {
      peer.sends("P. %d:%d(1000) ack 1".formatted(next, next + 1000));
      next += 1000;
    }
    assertTrue(peer.ignoresWhatCame() > 0);
    assertEquals(0, stack.usedMemoryBytes());
    peer.sends("F. %1$d:%1$d(0) ack 1".formatted(next));
    peer.expects(". 1:1(0) ack " + (next + 1));
  }

  @Test
  void atExitWhatWasWrittenIsDeliveredBeforeTheFin() {
    ScriptedApp app = acceptedConnection(1000, 1000);
    app.writes(2000);
    peer.expects(". 1:1001(1000) ack 1");
    stack.tcp().closeAll(clock.nanos());
    assertFalse(stack.tcp().isQuiescent());
    peer.sends(". 1:1(0) ack 1001 win 1000");
    peer.expects("FP. 1001:2001(1000) ack 1");
    assertFalse(stack.tcp().isQuiescent());
    peer.sends(". 1:1(0) ack 2002 win 1000");
    assertTrue(stack.tcp().isQuiescent());
  }

  @Test
  void atExitUnreadBytesMeanReset() {
    ScriptedApp app = accepted();
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    stack.tcp().closeAll(clock.nanos());
    stack.poll();
    peer.expects("R. 1:1(0) ack 11 win 0");
    app.hasFailed(SocketError.ENETDOWN);
    assertTrue(stack.tcp().isQuiescent());
  }

  @Test
  void aConnectionResetInTheBacklogCanStillBeAccepted() {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends(". 1:1(0) ack 1");
    peer.sends("R 1:1(0) win 0");
    ScriptedApp app = accepts(listener);
    app.hasFailed(SocketError.ECONNRESET);
    app.closes();
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void aClosedSocketHasEndedWhenItsFinIsAcknowledged() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    app.closes();
    peer.expects("F. 11:11(0) ack 1");
    assertFalse(app.socket().hasEnded());
    peer.sends(". 1:1(0) ack 11");
    assertFalse(app.socket().hasEnded());
    peer.sends(". 1:1(0) ack 12");
    assertTrue(app.socket().hasEnded());
  }

  @Test
  void aClosedSocketHasEndedWhenTheConnectionIsReset() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    assertFalse(app.socket().hasEnded());
    peer.sends("R 1:1(0) win 0");
    assertTrue(app.socket().hasEnded());
  }
}
