package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** When a segment is sent again because no ACK came (RFC 6298, MUST-18 to MUST-23). */
class RetransmissionTimerTest extends TcpStory {

  /** Opens a connection whose handshake takes {@code rttNanos}, which is the first RTT sample. */
  private ScriptedApp connectionWithRtt(long rttNanos) {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    after(rttNanos);
    peer.sends(". 1:1(0) ack 1");
    return accepts(listener);
  }

  @Test
  void theFirstSampleGivesThreeTimesTheRoundTrip() {
    // RFC 6298 §2.2: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 * RTTVAR.
    connectionWithRtt(millis(200));
    assertEquals(millis(200), connection().smoothedRttNanos());
    assertEquals(millis(600), connection().rtoNanos());
  }

  @Test
  void furtherSamplesAreSmoothed() {
    // RFC 6298 §2.3: RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|, SRTT = 7/8 SRTT + 1/8 R.
    ScriptedApp app = connectionWithRtt(millis(200));
    app.writes(100);
    peer.expects("P. 1:101(100) ack 1");
    after(millis(280));
    peer.sends(". 1:1(0) ack 101");
    // RTTVAR = 75 + 20 = 95, SRTT = 175 + 35 = 210.
    assertEquals(millis(210), connection().smoothedRttNanos());
    assertEquals(millis(210 + 4 * 95), connection().rtoNanos());
  }

  @Test
  void aShortRoundTripStillWaitsForTheFloor() {
    // Linux: TCP_RTO_MIN = 200 ms above SRTT; RFC 6298 §2.4 would have a second in all.
    ScriptedApp app = connectionWithRtt(millis(1));
    assertEquals(millis(201), connection().rtoNanos());
    app.writes(100);
    peer.expects("P. 1:101(100) ack 1");
    peer.expectsAfter(millis(201), "P. 1:101(100) ack 1");
    peer.sends(". 1:1(0) ack 101");
  }

  @Test
  void theTimerBacksOffUpToTwoMinutesAndThenTheConnectionFails() {
    // RFC 6298 §5.5, MUST-20: Linux's tcp_retries2 = 15, about fifteen minutes.
    ScriptedApp app = connectionWithRtt(millis(200));
    app.writes(100);
    peer.expects("P. 1:101(100) ack 1");
    long timeout = millis(600);
    for (int i = 0; i < 15; i++) {
      peer.expectsAfter(timeout, "P. 1:101(100) ack 1");
      timeout = Math.min(2 * timeout, seconds(120));
    }
    app.isConnected();
    peer.expectsNothingFor(timeout - 1);
    app.isConnected();
    after(1);
    app.hasFailed(SocketError.ETIMEDOUT);
    peer.expectsNothingFor(seconds(1000));
  }

  @Test
  void anAcknowledgementRestartsTheTimer() {
    // RFC 6298 §5.3.
    ScriptedApp app = connectionWithRtt(millis(200));
    app.writes(2000);
    peer.expects(". 1:1001(1000) ack 1");
    peer.expects("P. 1001:2001(1000) ack 1");
    after(millis(200));
    peer.sends(". 1:1(0) ack 1001");
    long rto = connection().rtoNanos();
    peer.expectsAfter(rto, "P. 1001:2001(1000) ack 1");
    peer.sends(". 1:1(0) ack 2001");
    peer.expectsNothingFor(seconds(60));
  }

  @Test
  void theAnswerToARetransmissionMeasuresNothing() {
    // Karn's algorithm, RFC 6298 §3.
    ScriptedApp app = connectionWithRtt(millis(200));
    app.writes(100);
    peer.expects("P. 1:101(100) ack 1");
    peer.expectsAfter(millis(600), "P. 1:101(100) ack 1");
    after(millis(7));
    peer.sends(". 1:1(0) ack 101");
    assertEquals(millis(200), connection().smoothedRttNanos());
  }

  @Test
  void aTimestampTellsWhichTransmissionWasAnswered() {
    // RFC 7323 §4: with timestamps Karn's ambiguity is gone, every ACK measures.
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000,nop,nop,TS val 100 ecr 0>");
    peer.expects("S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 0 ecr 100>");
    after(millis(200));
    peer.sends(". 1:1(0) ack 1 <nop,nop,TS val 300 ecr 0>");
    ScriptedApp app = accepts(listener);
    assertEquals(millis(200), connection().smoothedRttNanos());
    app.writes(100);
    peer.expects("P. 1:101(100) ack 1 <nop,nop,TS val 200 ecr 300>");
    peer.expectsAfter(millis(600), "P. 1:101(100) ack 1 <nop,nop,TS val 800 ecr 300>");
    after(millis(200));
    peer.sends(". 1:1(0) ack 101 <nop,nop,TS val 1100 ecr 800>");
    assertEquals(millis(200), connection().smoothedRttNanos());
    assertEquals(millis(200 + 4 * 75), connection().rtoNanos());
  }

  @Test
  void anUnansweredSynIsRepeatedSixTimesAndThenTheConnectFails() {
    // MUST-23: at least three minutes would be R2; Linux's tcp_syn_retries = 6 makes it 127 s.
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) <...>");
    long timeout = seconds(1);
    for (int i = 0; i < 6; i++) {
      peer.expectsAfter(timeout, "S 0:0(0) <...>");
      timeout *= 2;
    }
    peer.expectsNothingFor(timeout - 1);
    after(1);
    app.hasFailed(SocketError.ETIMEDOUT);
  }

  @Test
  void anUnansweredSynAckIsRepeatedFiveTimesAndThenForgotten() {
    // Linux: tcp_synack_retries = 5.
    listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000>");
    peer.expects("S. 0:0(0) ack 1 <...>");
    long timeout = seconds(1);
    for (int i = 0; i < 5; i++) {
      peer.expectsAfter(timeout, "S. 0:0(0) ack 1 <...>");
      timeout *= 2;
    }
    peer.expectsNothingFor(seconds(600));
    peer.sends(". 1:1(0) ack 1");
    peer.expects("R 1:1(0)");
  }

  @Test
  void aLostFinIsSentAgain() {
    ScriptedApp app = connectionWithRtt(millis(200));
    app.shutsDownOutput();
    peer.expects("F. 1:1(0) ack 1");
    peer.expectsAfter(millis(600), "F. 1:1(0) ack 1");
    peer.sends(". 1:1(0) ack 2");
    peer.expectsNothingFor(seconds(60));
    peer.sends("P. 1:11(10) ack 2");
    peer.expects(". 2:2(0) ack 11");
    app.reads(10);
    peer.sends("F. 11:11(0) ack 2");
    peer.expects(". 2:2(0) ack 12");
    app.readsEnd();
    app.closes();
  }

  @Test
  void segmentsAreSentAgainAsTheyWereAndNewBytesApartFromThem() {
    ScriptedApp app = connectionWithRtt(millis(200));
    peer.sends(". 1:1(0) ack 1 win 1500");
    app.writes(1500);
    peer.expects(". 1:1001(1000) ack 1");
    peer.expects("P. 1001:1501(500) ack 1");
    app.writes(1500);
    peer.expectsAfter(millis(600), ". 1:1001(1000) ack 1");
    peer.sends(". 1:1(0) ack 1001 win 1500");
    // F-RTO has nothing new to send that the window would let out in a full segment.
    peer.expects(". 1501:2501(1000) ack 1");
    peer.sends(". 1:1(0) ack 1001 win 1500");
    peer.expects(". 1001:1501(500) ack 1");
    peer.sends(". 1:1(0) ack 2501 win 1500");
    peer.expects("P. 2501:3001(500) ack 1");
    peer.sends(". 1:1(0) ack 3001");
    assertEquals(3000, stack.count(Counter.TCP_BYTES_SENT));
    assertEquals(2, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void aTimeoutThatGrewStaysUntilSomethingSentOnceIsAnswered() {
    // RFC 6298 §5, last paragraph, Karn: else a path longer than the RTO sees all sent twice.
    ScriptedApp app = connectionWithRtt(millis(10));
    app.writes(1000);
    peer.expects("P. 1:1001(1000) ack 1");
    after(millis(10));
    peer.sends(". 1:1(0) ack 1001");
    app.writes(1000);
    peer.expects("P. 1001:2001(1000) ack 1");
    peer.expectsAfter(millis(210), "P. 1001:2001(1000) ack 1");
    peer.expectsAfter(millis(420), "P. 1001:2001(1000) ack 1");
    peer.expectsAfter(millis(840), "P. 1001:2001(1000) ack 1");
    after(millis(50));
    peer.sends(". 1:1(0) ack 2001");
    assertEquals(millis(1680), connection().rtoNanos());
    app.writes(1000);
    peer.expects("P. 2001:3001(1000) ack 1");
    peer.expectsNothingFor(millis(700));
    peer.sends(". 1:1(0) ack 3001");
    // Measured: 10 ms and 700 ms.
    assertEquals(
        7 * millis(10) / 8 + millis(700) / 8 + 4 * (3 * 3_750_000L / 4 + 690_000_000L / 4),
        connection().rtoNanos());
    app.writes(1000);
    peer.expects("P. 3001:4001(1000) ack 1");
    peer.sends(". 1:1(0) ack 4001");
  }

  @Test
  void aTimestampThatAnswersACopyTakesTheDoublingsBack() {
    // RFC 7323 §4.1: it is a valid sample.
    ScriptedApp app = acceptedConnection("<mss 1012,nop,nop,TS val 100 ecr 0>", millis(10));
    app.writes(1000);
    peer.expects("P. 1:1001(1000) ack 1 <...>");
    peer.expectsAfter(millis(210), "P. 1:1001(1000) ack 1 <...>");
    assertEquals(millis(420), connection().rtoNanos());
    after(millis(10));
    peer.sends(". 1:1(0) ack 1001 <nop,nop,TS val 110 ecr 220>");
    assertEquals(millis(210), connection().rtoNanos());
  }
}
