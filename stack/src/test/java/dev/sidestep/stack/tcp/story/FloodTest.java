package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.tcp.TcbSnapshot;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.tcp.TcpState;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.ScriptedPeer;
import dev.sidestep.stack.testing.TcpStory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers who want us to run out of something (RFC 4987, CVE-2008-4609). */
class FloodTest extends TcpStory {

  private static final int MAX_HALF_OPEN = 64;
  private static final int MAX_TIME_WAITS = 3;

  private final List<ScriptedPeer> flood = new ArrayList<>();

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
    flood(1000);
    assertEquals(MAX_HALF_OPEN, stack.tcp().connectionCount());
    assertEquals(1000 - MAX_HALF_OPEN, stack.count(Counter.TCP_SYN_COOKIES_SENT));
    assertEquals(0, stack.dropped(DropReason.TCP_BACKLOG_FULL));
    assertEquals(0, stack.usedMemoryBytes());
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends(". 1:1(0) ack 1");
    accepts(listener).isConnected();
    assertEquals(1, stack.count(Counter.TCP_SYN_COOKIES_RECEIVED));
  }

  /** SYNs of which nobody will acknowledge the answer. */
  private void flood(int syns) {
    for (int i = 0; i < syns; i++) {
      ScriptedPeer forged = newPeer(1000 + flood.size(), STACK_PORT);
      forged.sends("S 0:0(0) win 65535 <mss 1000>");
      forged.expects("S. 0:0(0) ack 1 <...>");
      flood.add(forged);
    }
  }

  @Test
  void whoWasThereBeforeTheFloodIsNotThrownOut() {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    flood(1000);
    peer.sends(". 1:1(0) ack 1");
    accepts(listener).isConnected();
    assertEquals(0, stack.count(Counter.TCP_SYN_COOKIES_RECEIVED));
  }

  @Test
  void aCookieAndATimestampBringAllOptionsBack() {
    ListenSocket listener = listens();
    flood(MAX_HALF_OPEN);
    peer.sends("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 9>");
    peer.expects("S. 0:0(0) ack 1 win * <mss 1460,sackOK,TS val 0 ecr 100,nop,wscale 10>");
    after(millis(30));
    peer.sends(". 1:1(0) ack 1 win 3 <nop,nop,TS val 130 ecr 0>");
    ScriptedApp app = accepts(listener);
    TcbSnapshot connection = opened();
    assertEquals(1448, connection.mssBytes());
    assertEquals(3 << 9, connection.sndWnd());
    app.writes(100);
    peer.expects("P. 1:101(100) ack 1 <nop,nop,TS val * ecr 130>");
    peer.sends(". 11:21(10) ack 101 win 3 <nop,nop,TS val 131 ecr 30>");
    peer.expects(". 101:101(0) ack 1 <nop,nop,TS val * ecr 130,nop,nop,sack 11:21>");
    peer.sends(". 1:11(10) ack 101 win 3 <nop,nop,TS val 132 ecr 30>");
    peer.expects(". 101:101(0) ack 21 <nop,nop,TS val * ecr 132>");
    app.reads(20);
  }

  @ParameterizedTest
  @CsvSource({"1,216", "500,216", "536,536", "1459,1440", "1460,1460"})
  void aCookieRoundsTheSegmentSizeDown(int mssBytes, int expectedBytes) {
    ListenSocket listener = listens();
    flood(MAX_HALF_OPEN);
    peer.sends("S 0:0(0) win 65535 <mss " + mssBytes + ",nop,wscale 7,nop,nop,sackOK>");
    peer.expects("S. 0:0(0) ack 1 <mss 1460>");
    peer.sends(". 1:1(0) ack 1 win 1000");
    accepts(listener).isConnected();
    assertEquals(expectedBytes, opened().mssBytes());
    assertEquals(1000, opened().sndWnd());
  }

  @Test
  void textOnTheAckOfACookieIsDelivered() {
    ListenSocket listener = listens();
    flood(MAX_HALF_OPEN);
    peer.sends("S 0:0(0) win 65535 <mss 1460>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    accepts(listener).reads(10);
  }

  @Test
  void aForgedCookieIsRefused() {
    ListenSocket listener = listens();
    flood(MAX_HALF_OPEN);
    peer.sends("S 0:0(0) win 65535 <mss 1460>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    for (int guess : new int[] {-100, 100, 1 << 23, 1 << 25, -(1 << 25), Integer.MIN_VALUE}) {
      peer.sends(". 1:1(0) ack " + guess);
      peer.expects("R " + guess + ":" + guess + "(0)");
    }
    // Another IRS, the same cookie.
    peer.sends(". 2:2(0) ack 1");
    peer.expects("R 1:1(0)");
    assertEquals(7, stack.count(Counter.TCP_SYN_COOKIES_FAILED));
    assertNull(listener.accept());
  }

  @Test
  void aCookieOfAnotherPairOfEndsIsRefused() {
    ListenSocket listener = listens();
    flood(MAX_HALF_OPEN + 1);
    ScriptedPeer asked = flood.getLast();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    peer.forgetConnection();
    peer.takesSequenceFrom(asked);
    peer.sends(". 1:1(0) ack 1");
    peer.expects("R 1:1(0)");
    assertNull(listener.accept());
  }

  @Test
  void anOldCookieIsRefusedEvenWhileNewOnesAreGivenOut() {
    ListenSocket listener = listens();
    flood(MAX_HALF_OPEN);
    peer.sends("S 0:0(0) win 65535 <mss 1460>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    after(seconds(129));
    flood.forEach(ScriptedPeer::ignoresWhatCame);
    assertEquals(0, stack.tcp().connectionCount());
    flood(MAX_HALF_OPEN + 1);
    peer.sends(". 1:1(0) ack 1");
    peer.expects("R 1:1(0)");
    assertEquals(1, stack.count(Counter.TCP_SYN_COOKIES_FAILED));
    assertNull(listener.accept());
  }

  @Test
  void aCookieIsGoodForAMinute() {
    ListenSocket listener = listens();
    flood(MAX_HALF_OPEN);
    peer.sends("S 0:0(0) win 65535 <mss 1460>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    after(seconds(60));
    flood.forEach(ScriptedPeer::ignoresWhatCame);
    peer.sends(". 1:1(0) ack 1");
    accepts(listener).isConnected();
  }

  @Test
  void whoDoesNotAnswerDuringAFloodIsForgottenSooner() {
    listens();
    flood(MAX_HALF_OPEN);
    after(seconds(7));
    flood.forEach(ScriptedPeer::ignoresWhatCame);
    assertTrue(stack.tcp().connectionCount() <= MAX_HALF_OPEN / 2 + 1);
    after(seconds(64));
    flood.forEach(ScriptedPeer::ignoresWhatCame);
    assertEquals(0, stack.tcp().connectionCount());
  }

  @Test
  void anAckWithACookieWaitsForAPlaceInTheAcceptQueue() {
    ListenSocket listener = stack.listen(STACK_PORT, 1);
    flood(MAX_HALF_OPEN);
    for (int i = 0; i < 2; i++) {
      ScriptedPeer client = newPeer(10_000 + i, STACK_PORT);
      client.sends("S 0:0(0) win 65535 <mss 1460>");
      client.expects("S. 0:0(0) ack 1 <...>");
      client.sends(". 1:1(0) ack 1");
      if (i == 0) {
        peer.sends("S 0:0(0) win 65535 <mss 1460>");
        peer.expects("S. 0:0(0) ack 1 <...>");
      }
    }
    peer.sends(". 1:1(0) ack 1");
    peer.expectsNothing();
    assertEquals(1, stack.dropped(DropReason.TCP_BACKLOG_FULL));
    accepts(listener).isConnected();
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    accepts(listener).isConnected();
    accepts(listener).reads(10);
  }

  private TcbSnapshot opened() {
    List<TcbSnapshot> opened =
        stack.snapshot().stream().filter(c -> c.state() == TcpState.ESTABLISHED).toList();
    assertEquals(1, opened.size());
    return opened.getFirst();
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
