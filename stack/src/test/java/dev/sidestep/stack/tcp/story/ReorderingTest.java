package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is late is not lost (RFC 8985 §6, RFC 2883, RFC 3522). */
class ReorderingTest extends TcpStory {

  private static final int MSS = 1000;
  private static final long RTT_NANOS = millis(50);

  private ScriptedApp connection(int segments) {
    ScriptedApp app = acceptedConnection("<mss 1000,sackOK>", RTT_NANOS);
    app.writes(segments * MSS);
    for (int i = 0; i < segments - 1; i++) {
      peer.expects(". %d:%d(1000) ack 1".formatted(1 + i * MSS, 1 + (i + 1) * MSS));
    }
    peer.expects("P. %d:%d(1000) ack 1".formatted(1 + (segments - 1) * MSS, 1 + segments * MSS));
    return app;
  }

  private void after50msAnd(String acknowledgement) {
    after(RTT_NANOS);
    peer.sends(acknowledgement);
  }

  private void sacks(long afterMicros, String blocks) {
    after(afterMicros * 1000);
    peer.sends(". 1:1(0) ack " + blocks);
  }

  @Test
  void oneLateSegmentAndFourSacksCauseNothing() {
    ScriptedApp app = connection(10);
    after50msAnd(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
    sacks(500, "2001");
    sacks(500, "2001 <nop,nop,sack 3001:4001>");
    sacks(200, "2001 <nop,nop,sack 3001:5001>");
    sacks(200, "2001 <nop,nop,sack 3001:6001>");
    sacks(200, "2001 <nop,nop,sack 3001:7001>");
    sacks(500, "7001");
    sacks(20_000, "10001");
    app.writes(MSS);
    peer.expects("P. 10001:11001(1000) ack 1");
    peer.sends(". 1:1(0) ack 11001");
    assertEquals(0, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void aPathThatReordersIsGivenAQuarterOfARoundTrip(int degree) {
    // Once reordering was seen the number of SACKs says nothing any more.
    connection(10);
    after50msAnd(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
    sacks(100, "2001");
    int to = 3001 + degree * MSS > 10_001 ? 10_001 : 3001 + degree * MSS;
    sacks(100, "2001 <nop,nop,sack 3001:%d>".formatted(to));
    peer.expectsNothingFor(millis(12));
    peer.sends(". 1:1(0) ack " + to);
    sacks(100, "10001");
    assertEquals(0, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void whatIsLaterThanThatIsLost() {
    connection(10);
    after50msAnd(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
    peer.sends(". 1:1(0) ack 2001");
    peer.sends(". 1:1(0) ack 2001 <nop,nop,sack 3001:10001>");
    peer.expectsAfter(millis(12) + 500_000, ". 2001:3001(1000) ack 1");
    peer.sends(". 1:1(0) ack 10001");
  }

  @Test
  void ofThreeSegmentsTheFirstIsRepairedWithinAQuarterOfARoundTrip() {
    // Too few SACKs for a threshold of three (RFC 5827's case, by RACK's timer).
    connection(3);
    after50msAnd(". 1:1(0) ack 1 <nop,nop,sack 1001:3001>");
    peer.expectsAfter(millis(12) + 500_000, ". 1:1001(1000) ack 1");
    after50msAnd(". 1:1(0) ack 3001");
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    assertEquals(1, stack.count(Counter.TCP_FAST_RETRANSMITS));
  }

  @Test
  void aRecoveryIsUndoneWhenADsackSaysThatTheCopyCameInVain() {
    connection(10);
    after50msAnd(". 1:1(0) ack 1 <nop,nop,sack 1001:4001>");
    peer.expects(". 1:1001(1000) ack 1");
    assertEquals(5 * MSS, connection().slowStartThresholdBytes());
    sacks(1000, "10001");
    assertTrue(connection().congestionWindowBytes() < 8 * MSS);
    after50msAnd(". 1:1(0) ack 10001 <nop,nop,sack 1:1001>");
    assertTrue(connection().congestionWindowBytes() >= 10 * MSS);
    assertEquals(1, stack.count(Counter.TCP_SPURIOUS_RECOVERIES));
  }

  @Test
  void dsacksWidenTheWindow() {
    // RFC 8985 §6.2 step 4: from a quarter of the shortest round trip to a half.
    ScriptedApp app = connection(10);
    after50msAnd(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
    peer.sends(". 1:1(0) ack 2001");
    peer.sends(". 1:1(0) ack 2001 <nop,nop,sack 3001:10001>");
    peer.expectsAfter(millis(12) + 500_000, ". 2001:3001(1000) ack 1");
    peer.sends(". 1:1(0) ack 10001");
    after50msAnd(". 1:1(0) ack 10001 <nop,nop,sack 2001:3001>");
    app.writes(10 * MSS);
    peer.ignoresWhatCame();
    after50msAnd(". 1:1(0) ack 11001");
    sacks(0, "11001 <nop,nop,sack 12001:20001>");
    peer.expectsAfter(millis(25), ". 11001:12001(1000) ack 1");
    peer.sends(". 1:1(0) ack 20001");
  }

  @Test
  void aRecoveryIsUndoneWhenTheEchoSaysThatTheFirstTransmissionArrived() {
    // RFC 3522: the echoed timestamp is older than the copy.
    ScriptedApp app = acceptedConnection("<mss 1012,sackOK,TS val 100 ecr 0>", RTT_NANOS);
    app.writes(10 * MSS);
    peer.ignoresWhatCame();
    after50msAnd(". 1:1(0) ack 1 <nop,nop,TS val 200 ecr 50,nop,nop,sack 1001:4001>");
    peer.expects(". 1:1001(1000) ack 1 <...>");
    after(millis(2));
    peer.sends(". 1:1(0) ack 10001 <nop,nop,TS val 202 ecr 50>");
    assertTrue(connection().congestionWindowBytes() >= 10 * MSS);
    assertEquals(1, stack.count(Counter.TCP_SPURIOUS_RECOVERIES));
  }

  @Test
  void aDsackOfWhatWasNeverSentAgainIsTheNetworksDoing() {
    connection(10);
    after50msAnd(". 1:1(0) ack 10001");
    peer.sends(". 1:1(0) ack 10001 <nop,nop,sack 1:1001>");
    peer.expectsNothing();
    assertEquals(0, stack.count(Counter.TCP_SPURIOUS_RECOVERIES));
  }
}
