package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/**
 * Slow start, congestion avoidance, fast retransmit and fast recovery (RFC 5681, RFC 6582, RFC
 * 6928) with segments of 1000 bytes.
 */
class CongestionTest extends TcpStory {

  private static final int MSS = 1000;

  private int congestionWindow() {
    return connection().congestionWindowBytes();
  }

  /** Expects so many full segments from {@code from} on, none of them the last of a write. */
  private int expectsSegments(int from, int count) {
    int next = from;
    for (int i = 0; i < count; i++) {
      peer.expects(". %d:%d(1000) ack 1".formatted(next, next + MSS));
      next += MSS;
    }
    peer.expectsNothing();
    return next;
  }

  @Test
  void theInitialWindowIsTenSegments() {
    // RFC 6928 §2.
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    assertEquals(10 * MSS, congestionWindow());
    app.writes(50_000);
    expectsSegments(1, 10);
    peer.sends("R. 1:1(0) ack 1 win 0");
  }

  @Test
  void slowStartGrowsByWhatEachAckCovers() {
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    app.writes(50_000);
    int next = expectsSegments(1, 10);
    // One segment acknowledged: two may leave.
    peer.sends(". 1:1(0) ack 1001");
    assertEquals(11 * MSS, congestionWindow());
    next = expectsSegments(next, 2);
    peer.sends(". 1:1(0) ack 3001");
    assertEquals(13 * MSS, congestionWindow());
    expectsSegments(next, 4);
    // RFC 3465 §2.3 with L as Linux has it: a stretch ACK counts in full.
    peer.sends(". 1:1(0) ack 10001");
    assertEquals(20 * MSS, congestionWindow());
    peer.sends("R. 1:1(0) ack 10001 win 0");
    peer.ignoresWhatCame();
  }

  @Test
  void dividingAcksGainsNothing() {
    // RFC 3465: bytes count, not ACKs.
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    app.writes(50_000);
    expectsSegments(1, 10);
    for (int acked = 10; acked <= 1000; acked += 10) {
      peer.sends(". 1:1(0) ack " + (1 + acked));
    }
    assertEquals(11 * MSS, congestionWindow());
    peer.ignoresWhatCame();
    peer.sends("R. 1:1(0) ack 1001 win 0");
  }

  @Test
  void acknowledgingWhatWasNeverSentGainsNothing() {
    // Optimistic ACKs; RFC 5961 §5.2: answered by a challenge ACK, dropped.
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    app.writes(50_000);
    expectsSegments(1, 10);
    peer.sends(". 1:1(0) ack 30001");
    peer.expects(". 10001:10001(0) ack 1");
    assertEquals(10 * MSS, congestionWindow());
    assertEquals(1, stack.dropped(DropReason.TCP_BAD_ACK));
    peer.sends("R. 1:1(0) ack 1 win 0");
  }

  @Test
  void aWindowThatIsNotUsedDoesNotGrow() {
    // RFC 7661 §4.3.
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    int sent = 1;
    for (int i = 0; i < 20; i++) {
      app.writes(MSS);
      peer.expects("P. %d:%d(1000) ack 1".formatted(sent, sent + MSS));
      sent += MSS;
      peer.sends(". 1:1(0) ack " + sent);
    }
    assertEquals(10 * MSS, congestionWindow());
  }

  @Test
  void threeDuplicateAcksRepairALossWithoutTheTimer() {
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    app.writes(50_000);
    int next = expectsSegments(1, 10);
    // The first segment is lost. Limited transmit (RFC 3042): the first two duplicates each let a
    // new segment out.
    peer.sends(". 1:1(0) ack 1");
    next = expectsSegments(next, 1);
    peer.sends(". 1:1(0) ack 1");
    next = expectsSegments(next, 1);
    peer.sends(". 1:1(0) ack 1");
    peer.expects(". 1:1001(1000) ack 1");
    peer.expectsNothing();
    // RFC 5681 §3.2 step 2: half of what was in flight, without what limited transmit added.
    assertEquals(5 * MSS, connection().slowStartThresholdBytes());
    assertEquals(1, stack.count(Counter.TCP_FAST_RETRANSMITS));
    // It arrives and fills the hole: everything sent before the loss is acknowledged.
    peer.sends(". 1:1(0) ack " + next);
    assertTrue(congestionWindow() <= connection().slowStartThresholdBytes());
    int burst = peer.ignoresWhatCame();
    assertTrue(burst <= 6, "segments in the burst after recovery: " + burst);
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    peer.sends("R. 1:1(0) ack " + next + " win 0");
  }

  @Test
  void aPartialAcknowledgementRepairsTheNextLossOfTheSameFlight() {
    // RFC 6582 §3.2 step 3: segments 1 and 4 of ten are lost.
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    app.writes(50_000);
    expectsSegments(1, 10);
    for (int i = 0; i < 8; i++) {
      peer.sends(". 1:1(0) ack 1");
    }
    peer.ignoresWhatCame();
    assertEquals(1, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
    peer.sends(". 1:1(0) ack 3001");
    peer.expects(". 3001:4001(1000) ack 1");
    peer.ignoresWhatCame();
    assertEquals(2, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
    assertEquals(1, stack.count(Counter.TCP_FAST_RETRANSMITS));
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    peer.sends("R. 1:1(0) ack 3001 win 0");
  }

  @Test
  void spoofedDuplicateAcksDoNotInflateTheWindowForEver() {
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    app.writes(50_000);
    expectsSegments(1, 10);
    for (int i = 0; i < 1000; i++) {
      peer.sends(". 1:1(0) ack 1");
    }
    int sent = peer.ignoresWhatCame();
    assertTrue(sent < 50, "segments sent because of spoofed ACKs: " + sent);
    peer.sends("R. 1:1(0) ack 1 win 0");
  }

  @Test
  void windowUpdatesAndDataAreNoDuplicateAcks() {
    // RFC 5681 §2: a duplicate ACK carries no data and the same window.
    ScriptedApp app = acceptedConnection(MSS, 60_000);
    app.writes(3000);
    peer.expects(". 1:1001(1000) ack 1");
    peer.expects(". 1001:2001(1000) ack 1");
    peer.expects("P. 2001:3001(1000) ack 1");
    for (int i = 0; i < 5; i++) {
      peer.sends(". 1:1(0) ack 1 win " + (50_000 + i));
    }
    peer.expectsNothing();
    for (int i = 0; i < 5; i++) {
      peer.sends("P. %d:%d(1) ack 1 win 50004".formatted(1 + i, 2 + i));
    }
    peer.ignoresWhatCame();
    assertEquals(0, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
    peer.sends(". 6:6(0) ack 3001");
    app.reads(5);
  }

  @Test
  void aTimeoutStartsFromOneSegmentAgain() {
    // RFC 5681 §3.1 (LW) and §4 of RFC 6298. Nothing new may be sent, so F-RTO has no say.
    ScriptedApp app = acceptedConnection(MSS, 10 * MSS);
    app.writes(50_000);
    expectsSegments(1, 10);
    peer.expectsAfter(connection().rtoNanos(), ". 1:1001(1000) ack 1");
    peer.expectsNothing();
    assertEquals(MSS, congestionWindow());
    assertEquals(5 * MSS, connection().slowStartThresholdBytes());
    peer.sends(". 1:1(0) ack 1001 win 9000");
    peer.expects(". 1001:2001(1000) ack 1");
    peer.expects(". 2001:3001(1000) ack 1");
    peer.expectsNothing();
    assertEquals(2 * MSS, congestionWindow());
    peer.sends("R. 1:1(0) ack 1001 win 0");
  }

  @Test
  void aTimeoutThatWasSpuriousIsTakenBack() {
    // RFC 5682 §3.1: after the first ACK new data goes, and what was never sent again arrives.
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    app.writes(50_000);
    expectsSegments(1, 10);
    peer.expectsAfter(connection().rtoNanos(), ". 1:1001(1000) ack 1");
    peer.sends(". 1:1(0) ack 1001");
    expectsSegments(10_001, 2);
    peer.sends(". 1:1(0) ack 2001");
    assertTrue(congestionWindow() >= 10 * MSS, "window " + congestionWindow());
    peer.ignoresWhatCame();
    peer.sends(". 1:1(0) ack 10001");
    peer.ignoresWhatCame();
    assertEquals(1, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
    assertEquals(1, stack.count(Counter.TCP_SPURIOUS_RECOVERIES));
    peer.sends("R. 1:1(0) ack 10001 win 0");
  }

  @Test
  void congestionAvoidanceGrowsByOneSegmentPerRoundTrip() {
    ScriptedApp app = acceptedConnection(MSS, 10 * MSS);
    app.writes(60_000);
    expectsSegments(1, 10);
    peer.expectsAfter(connection().rtoNanos(), ". 1:1001(1000) ack 1");
    // Above ssthresh = 5 it is one segment per window.
    peer.sends(". 1:1(0) ack 1001 win 9000");
    int acked = 2001;
    while (congestionWindow() < connection().slowStartThresholdBytes()) {
      peer.sends(". 1:1(0) ack %d win 9000".formatted(acked));
      acked += MSS;
      peer.ignoresWhatCame();
    }
    int before = congestionWindow();
    for (int covered = 0; covered < before; covered += MSS) {
      peer.sends(". 1:1(0) ack %d win 9000".formatted(acked));
      acked += MSS;
    }
    assertEquals(before + MSS, congestionWindow());
    peer.ignoresWhatCame();
    peer.sends("R. 1:1(0) ack " + (acked - MSS) + " win 0");
  }

  @Test
  void afterALongPauseTheWindowIsTheRestartWindow() {
    // RFC 5681 §4.1: no more than the initial window after an idle time longer than the RTO.
    ScriptedApp app = acceptedConnection(MSS, 65_535);
    app.writes(60_000);
    int acked = 1;
    while (acked < 60_001) {
      peer.ignoresWhatCame();
      acked = Math.min(acked + 2 * MSS, 60_001);
      peer.sends(". 1:1(0) ack " + acked);
    }
    assertTrue(congestionWindow() > 20 * MSS, "cwnd " + congestionWindow());
    after(seconds(60));
    app.writes(60_000);
    assertEquals(10, peer.ignoresWhatCame(), "segments after the pause");
    peer.sends("R. 1:1(0) ack 60001 win 0");
  }
}
