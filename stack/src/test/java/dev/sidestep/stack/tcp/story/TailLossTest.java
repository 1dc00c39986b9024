package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** Losses that nothing follows which could tell of them (RFC 8985 §7). */
class TailLossTest extends TcpStory {

  private static final int MSS = 1000;
  private static final long RTT_NANOS = millis(20);

  /** Two round trips and Linux's least timeout. */
  private static final long PROBE_NANOS = 2 * RTT_NANOS + millis(2);

  private ScriptedApp connection(int segments) {
    ScriptedApp app = acceptedConnection("<mss 1000,sackOK>", RTT_NANOS);
    app.writes(segments * MSS);
    peer.ignoresWhatCame();
    return app;
  }

  private void answers(String acknowledgement) {
    after(RTT_NANOS);
    peer.sends(". 1:1(0) ack " + acknowledgement);
  }

  @Test
  void ofTwoLostTheProbeBringsTheSecondAndRackTheFirst() {
    connection(5);
    answers("3001");
    peer.expectsAfter(PROBE_NANOS, "P. 4001:5001(1000) ack 1");
    answers("3001 <nop,nop,sack 4001:5001>");
    peer.expects(". 3001:4001(1000) ack 1");
    answers("5001");
    assertEquals(1, stack.count(Counter.TCP_TAIL_LOSS_PROBES));
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    assertEquals(1, stack.count(Counter.TCP_FAST_RETRANSMITS));
  }

  @Test
  void ofThreeLostTwoAreRepairedAsAcksComeIn() {
    connection(5);
    answers("2001");
    peer.expectsAfter(PROBE_NANOS, "P. 4001:5001(1000) ack 1");
    answers("2001 <nop,nop,sack 4001:5001>");
    peer.expects(". 2001:3001(1000) ack 1");
    answers("3001 <nop,nop,sack 4001:5001>");
    peer.expects(". 3001:4001(1000) ack 1");
    answers("5001");
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
  }

  @Test
  void aSingleSegmentWaitsForTheDelayedAckAsWell() {
    // RFC 8985 §7.2; the timeout would come first, so the probe comes in its place, as in Linux.
    ScriptedApp app = connection(2);
    answers("1001");
    peer.expectsAfter(millis(220), "P. 1001:2001(1000) ack 1");
    assertEquals(1, stack.count(Counter.TCP_TAIL_LOSS_PROBES));
    assertEquals(10 * MSS, Math.min(10 * MSS, connection().congestionWindowBytes()));
    answers("2001");
    app.isConnected();
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
  }

  @Test
  void newDataIsTheBetterProbe() {
    ScriptedApp app = acceptedConnection("<mss 1000,sackOK>", RTT_NANOS);
    app.writes(12 * MSS);
    assertEquals(10, peer.ignoresWhatCame());
    peer.expectsAfter(PROBE_NANOS, ". 10001:11001(1000) ack 1");
    answers("1 <nop,nop,sack 10001:11001>");
    peer.expects(". 1:1001(1000) ack 1");
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    peer.ignoresWhatCame();
    peer.sends("R. 1:1(0) ack 1 win 0");
  }

  @Test
  void aLossThatTheProbeItselfRepairedStillHalvesTheWindow() {
    // RFC 8985 §7.4.2: nobody else would notice. What comes beyond tells that there was one.
    ScriptedApp app = connection(5);
    answers("4001");
    peer.expectsAfter(millis(220), "P. 4001:5001(1000) ack 1");
    app.writes(MSS);
    peer.expects("P. 5001:6001(1000) ack 1");
    int before = connection().congestionWindowBytes();
    answers("6001");
    assertTrue(connection().slowStartThresholdBytes() <= before / 2 + 1);
  }

  @Test
  void aProbeThatWentForNothingChangesNothing() {
    connection(5);
    answers("3001");
    peer.expectsAfter(PROBE_NANOS, "P. 4001:5001(1000) ack 1");
    int before = connection().congestionWindowBytes();
    peer.sends(". 1:1(0) ack 5001");
    answers("5001 <nop,nop,sack 4001:5001>");
    assertTrue(connection().congestionWindowBytes() >= before);
  }

  @Test
  void theTimeoutFollowsAProbeThatIsLostToo() {
    connection(5);
    answers("3001");
    peer.expectsAfter(PROBE_NANOS, "P. 4001:5001(1000) ack 1");
    peer.expectsAfter(millis(220), ". 3001:4001(1000) ack 1");
    assertEquals(1, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    answers("4001");
    peer.expects("P. 4001:5001(1000) ack 1");
    answers("5001");
  }
}
