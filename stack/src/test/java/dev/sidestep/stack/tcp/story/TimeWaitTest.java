package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpState;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** What happens to segments of a connection that has ended (MUST-13, MAY-2, RFC 6191, RFC 1337). */
class TimeWaitTest extends TcpStory {

  private void closedByUs() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends("F. 1:1(0) ack 2");
    peer.expects(". 2:2(0) ack 2");
    assertEquals(TcpState.TIME_WAIT, connection().state());
  }

  @Test
  void aRepeatedFinIsAcknowledgedAndStartsTheTimeAgain() {
    closedByUs();
    after(seconds(50));
    peer.sends("F. 1:1(0) ack 2");
    peer.expects(". 2:2(0) ack 2");
    after(seconds(60) - 1);
    assertEquals(TcpState.TIME_WAIT, connection().state());
    after(1);
    assertEquals(0, stack.snapshot().stream().filter(c -> c.remotePort() != 0).count());
  }

  @Test
  void aResetInOrderEndsIt() {
    // Linux with tcp_rfc1337 off: the peer wants to connect again.
    closedByUs();
    peer.sends("R 2:2(0) win 0");
    assertEquals(0, stack.snapshot().stream().filter(c -> c.remotePort() != 0).count());
  }

  @Test
  void anotherResetDoesNotEndIt() {
    closedByUs();
    peer.sends("R 1:1(0) win 0");
    peer.sends("R 3:3(0) win 0");
    assertEquals(TcpState.TIME_WAIT, connection().state());
    assertEquals(2, stack.dropped(DropReason.TCP_OUTSIDE_WINDOW));
  }

  @Test
  void oldSegmentsAreAnsweredAtMostTwiceASecond() {
    closedByUs();
    for (int i = 0; i < 50; i++) {
      peer.sends("P. 1:11(10) ack 2");
    }
    peer.expects(". 2:2(0) ack 2");
    peer.expectsNothing();
  }

  @Test
  void theLastAckInOrderIsNotAnswered() {
    closedByUs();
    peer.sends(". 2:2(0) ack 2");
    peer.expectsNothing();
  }

  @Test
  void aSynWithAHigherSequenceNumberOpensANewConnection() {
    closedByUs();
    int oldSndNxt = connection().sndNxt();
    peer.forgetConnection();
    peer.sends("S 100:100(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 101 <...>");
    assertEquals(TcpState.SYN_RECEIVED, connection().state());
    assertTrue(connection().sndUna() - oldSndNxt > 0, "beyond the old connection's numbers");
  }

  @Test
  void aSynWithALowerSequenceNumberIsAnOldOne() {
    closedByUs();
    peer.sends("S -100:-100(0) win 65535 <mss 1000>");
    peer.expects(". 2:2(0) ack 2");
    assertEquals(TcpState.TIME_WAIT, connection().state());
  }

  private void closedByUsWithTimestamps() {
    ScriptedApp app =
        acceptedConnection("<mss 1000,nop,nop,TS val 100 ecr 0>", 65_535, new StreamOptions());
    app.closes();
    peer.expects("F. 1:1(0) ack 1 <...>");
    peer.sends("F. 1:1(0) ack 2 <nop,nop,TS val 200 ecr 0>");
    peer.expects(". 2:2(0) ack 2 <...>");
  }

  @Test
  void aSynWithANewerTimestampOpensANewConnectionWhateverItsNumber() {
    // RFC 6191 §2.
    closedByUsWithTimestamps();
    peer.forgetConnection();
    peer.sends("S -5000:-5000(0) win 65535 <mss 1000,nop,nop,TS val 201 ecr 0>");
    peer.expects("S. 0:0(0) ack -4999 <...>");
  }

  @Test
  void aSynInTheSameMillisecondOpensANewConnectionByItsNumber() {
    closedByUsWithTimestamps();
    peer.forgetConnection();
    peer.sends("S 100:100(0) win 65535 <mss 1000,nop,nop,TS val 200 ecr 0>");
    peer.expects("S. 0:0(0) ack 101 <...>");
  }

  @Test
  void aSynInTheSameMillisecondWithALowerNumberIsAnsweredAndSucceedsAfterTheReset() {
    closedByUsWithTimestamps();
    peer.sends("S -100:-100(0) win 65535 <mss 1000,nop,nop,TS val 200 ecr 0>");
    peer.expects(". 2:2(0) ack 2 <...>");
    peer.sends("R 2:2(0) win 0");
    peer.forgetConnection();
    peer.sends("S -100:-100(0) win 65535 <mss 1000,nop,nop,TS val 202 ecr 0>");
    peer.expects("S. 0:0(0) ack -99 <...>");
  }

  @Test
  void aSynThatTheOldEndOfThePeerAnswersIsRepeatedAtOnce() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    peer.sends(". 77:77(0) ack 5000");
    peer.expects("R 5000:5000(0) win 0");
    peer.expectsAfter(millis(2), "S 0:0(0) win 65535 <...>");
    peer.sends("S. 0:0(0) ack 1 win 65535 <mss 1000>");
    peer.expects(". 1:1(0) ack 1");
    app.isConnected();
  }

  @Test
  void aSynWithAnOlderTimestampIsAnOldOne() {
    closedByUsWithTimestamps();
    peer.sends("S 5000:5000(0) win 65535 <mss 1000,nop,nop,TS val 199 ecr 0>");
    peer.expects(". 2:2(0) ack 2 <...>");
    assertEquals(1, stack.dropped(DropReason.TCP_PAWS));
  }

  @Test
  void aConnectingSocketKeepsItsPortUntilTimeWaitIsOver() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    peer.sends("S. 0:0(0) ack 1 win 65535 <mss 1000>");
    peer.expects(". 1:1(0) ack 1");
    app.closes();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends("F. 1:1(0) ack 2");
    peer.expects(". 2:2(0) ack 2");
    after(seconds(60) - 1);
    assertEquals(0, stack.releasedSockets());
    after(1);
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void aConnectThroughTimeWaitNeedsTimestamps() {
    closedByUs();
    ScriptedApp refused = connects();
    refused.hasFailed(SocketError.EADDRNOTAVAIL);
    refused.closes();
  }

  @Test
  void aConnectThroughTimeWaitStartsBeyondTheOldNumbers() {
    closedByUsWithTimestamps();
    int oldSndNxt = connection().sndNxt();
    peer.forgetConnection();
    StreamSocket socket = stack.open(STACK_PORT);
    connects(socket);
    peer.expects("S 0:0(0) win 65535 <...>");
    assertTrue(connection().sndUna() - oldSndNxt > 0);
  }

  @Test
  void theSocketStaysReadableInTimeWait() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.shutsDownOutput();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends("FP. 1:11(10) ack 2");
    peer.expects(". 2:2(0) ack 12");
    assertEquals(TcpState.TIME_WAIT, connection().state());
    app.reads(10);
    app.readsEnd();
    app.closes();
    assertEquals(1, stack.releasedSockets());
    assertEquals(0, stack.usedMemoryBytes());
  }

  @Test
  void aListenerThatIsGoneMakesASynAnOldOne() {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends(". 1:1(0) ack 1");
    accepts(listener).closes();
    peer.expects("F. 1:1(0) ack 1");
    peer.sends("F. 1:1(0) ack 2");
    peer.expects(". 2:2(0) ack 2");
    listener.close();
    peer.sends("S 100:100(0) win 65535 <mss 1000>");
    peer.expects(". 2:2(0) ack 2");
  }
}
