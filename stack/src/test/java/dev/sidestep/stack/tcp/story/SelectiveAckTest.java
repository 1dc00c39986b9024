package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Repairing losses by what SACK tells (RFC 2018, RFC 6675). */
class SelectiveAckTest extends TcpStory {

  private static final int MSS = 1000;
  private static final long RTT_NANOS = millis(10);

  private void connection(int bytes) {
    ScriptedApp app = acceptedConnection("<mss 1000,sackOK>", RTT_NANOS);
    app.writes(bytes);
  }

  /** Time for what was sent to arrive. */
  private void roundTrip() {
    after(RTT_NANOS);
  }

  private void expectsSegments(int from, int to) {
    for (int segment = from; segment <= to; segment++) {
      peer.expects(segment("*", segment));
    }
  }

  /** Segment 1 is the first thousand bytes. */
  private static String segment(String push, int number) {
    int start = 1 + ((number - 1) * MSS);
    String flags = push.equals("*") ? "." : push;
    return "%s %d:%d(1000) ack 1 <...>".formatted(flags, start, start + MSS);
  }

  private void acks(int segmentsAcked, int... sackedFromTo) {
    StringBuilder blocks = new StringBuilder();
    for (int i = 0; i < sackedFromTo.length; i += 2) {
      blocks.append(
          " %d:%d".formatted(1 + ((sackedFromTo[i] - 1) * MSS), 1 + (sackedFromTo[i + 1] * MSS)));
    }
    String options = blocks.isEmpty() ? "" : " <nop,nop,sack" + blocks + ">";
    peer.sends(". 1:1(0) ack " + (1 + (segmentsAcked * MSS)) + options);
  }

  @Test
  void oneLossIsRepairedInOneRoundTrip() {
    connection(30 * MSS);
    expectsSegments(1, 10);
    roundTrip();
    acks(0, 2, 2);
    expectsSegments(11, 11);
    acks(0, 2, 3);
    expectsSegments(12, 12);
    acks(0, 2, 4);
    expectsSegments(1, 1);
    assertEquals(1, stack.count(Counter.TCP_FAST_RETRANSMITS));
    roundTrip();
    acks(12);
    assertEquals(5 * MSS, connection().slowStartThresholdBytes());
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    assertEquals(1, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
    peer.ignoresWhatCame();
    peer.sends("R. 1:1(0) ack 1 win 0");
  }

  @Test
  void twoLossesInAWindowAreRepairedInOneRoundTrip() {
    // Segments 1 and 4 are lost: both are sent again before any new ACK.
    connection(10 * MSS);
    expectsSegments(1, 9);
    peer.expects(segment("P.", 10));
    roundTrip();
    acks(0, 2, 2);
    acks(0, 2, 3);
    acks(0, 5, 5, 2, 3);
    expectsSegments(1, 1);
    acks(0, 5, 6, 2, 3);
    acks(0, 5, 7, 2, 3);
    expectsSegments(4, 4);
    acks(0, 5, 8, 2, 3);
    acks(0, 5, 10, 2, 3);
    acks(3, 5, 10);
    acks(10);
    assertEquals(2, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
  }

  @Test
  void aJumpOfTheSackEdgeIsEnoughWithoutThreeDuplicates() {
    // RFC 6675 §5: more than two segments beyond the hole, told by a single ACK.
    connection(10 * MSS);
    expectsSegments(1, 9);
    peer.expects(segment("P.", 10));
    roundTrip();
    acks(0, 2, 10);
    expectsSegments(1, 1);
    acks(10);
    assertEquals(1, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void aLostRetransmissionIsNoticedByWhatWasSentAfterIt() {
    // RFC 8985 §3.3: RACK goes by time, so it does not matter that it is a copy.
    connection(40 * MSS);
    expectsSegments(1, 10);
    roundTrip();
    acks(0, 2, 10);
    expectsSegments(1, 1);
    expectsSegments(11, 14);
    roundTrip();
    acks(0, 2, 11);
    expectsSegments(1, 1);
    assertEquals(0, stack.count(Counter.TCP_RETRANSMISSION_TIMEOUTS));
    peer.ignoresWhatCame();
    peer.sends("R. 1:1(0) ack 1 win 0");
  }

  @Test
  void afterATimeoutWhatWasSackedIsNotSentAgain() {
    // Linux; RFC 2018 §8 would have it forgotten, for the peer may have thrown it away.
    connection(10 * MSS);
    expectsSegments(1, 9);
    peer.expects(segment("P.", 10));
    roundTrip();
    acks(0, 3, 10);
    expectsSegments(1, 2);
    peer.expectsAfter(connection().rtoNanos(), segment(".", 1));
    roundTrip();
    acks(1, 3, 10);
    expectsSegments(2, 2);
    roundTrip();
    acks(10);
    peer.expectsNothing();
    assertEquals(4, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void whatThePeerHasThrownAwayIsSentAgain() {
    // Linux (tcp_check_sack_reneging): the first missing byte was SACKed before.
    connection(10 * MSS);
    expectsSegments(1, 9);
    peer.expects(segment("P.", 10));
    roundTrip();
    acks(0, 3, 10);
    expectsSegments(1, 2);
    roundTrip();
    acks(2);
    peer.expectsAfter(millis(10), segment(".", 3));
    roundTrip();
    acks(3);
    expectsSegments(4, 5);
    acks(10);
    peer.expectsNothing();
  }

  @Test
  void aPauseBetweenTheAckAndTheSacksIsNoReneging() {
    connection(10 * MSS);
    expectsSegments(1, 9);
    peer.expects(segment("P.", 10));
    roundTrip();
    acks(0, 3, 10);
    expectsSegments(1, 2);
    roundTrip();
    acks(2);
    after(millis(5));
    acks(10);
    peer.expectsNothingFor(seconds(10));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sack 9001:2001",
        "sack 1:2001",
        "sack -5000:1",
        "sack 20001:30001",
        "sack 5001:20001",
        "sack 5001:5001",
        "sack 1073741825:1073751825"
      })
  void blocksThatMakeNoSenseAreIgnored(String option) {
    connection(10 * MSS);
    expectsSegments(1, 9);
    peer.expects(segment("P.", 10));
    for (int i = 0; i < 5; i++) {
      peer.sends(". 1:1(0) ack 1 <nop,nop," + option + ">");
    }
    peer.expectsNothing();
    acks(10);
    assertEquals(0, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void manyHolesCostBoundedWork() {
    // CVE-2019-11477: the scoreboard is bounded, and so is what each ACK costs.
    ScriptedApp app = acceptedConnection("<mss 1000,sackOK>", 65_535, new StreamOptions());
    app.writes(100_000);
    peer.ignoresWhatCame();
    for (int i = 0; i < 2_000; i++) {
      int hole = 2 + (2 * i);
      peer.sends(". 1:1(0) ack 1 <nop,nop,sack %d:%d>".formatted(hole, hole + 1));
    }
    int sent = peer.ignoresWhatCame();
    assertTrue(sent < 50, "segments sent for a peer that SACKs single bytes: " + sent);
    app.isConnected();
    peer.sends("R. 1:1(0) ack 1 win 0");
  }
}
