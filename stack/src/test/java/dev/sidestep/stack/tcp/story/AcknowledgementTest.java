package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/**
 * Delayed acknowledgements (RFC 9293 §3.8.6.3, RFC 5681 §4.2), Nagle's algorithm (§3.7.4) and silly
 * window avoidance on both sides (§3.8.6.2).
 */
class AcknowledgementTest extends TcpStory {

  private static final long DELAYED_ACK_NANOS = TcpConfig.defaults().delayedAckNanos();

  /** Linux: the first 16 ACKs of a connection are not delayed. */
  private int quickAcksAreSpent() {
    int next = 1;
    for (int i = 0; i < 16; i++) {
      peer.sends("P. %d:%d(1000) ack 1".formatted(next, next + 1000));
      next += 1000;
    }
    peer.ignoresWhatCame();
    return next;
  }

  @Test
  void aLoneSegmentIsAcknowledgedAfterTheDelay() {
    acceptedConnection(1000, 65_535);
    int next = quickAcksAreSpent();
    peer.sends("P. %d:%d(100) ack 1".formatted(next, next + 100));
    assertTrue(DELAYED_ACK_NANOS < millis(500), "MUST-40");
    peer.expectsAfter(DELAYED_ACK_NANOS, ". 1:1(0) ack " + (next + 100));
    peer.expectsNothingFor(seconds(1));
  }

  @Test
  void everySecondFullSegmentIsAcknowledgedAtOnce() {
    acceptedConnection(1000, 65_535);
    int next = quickAcksAreSpent();
    for (int i = 0; i < 5; i++) {
      peer.sends("P. %d:%d(1000) ack 1".formatted(next, next + 1000));
      peer.expectsNothing();
      peer.sends("P. %d:%d(1000) ack 1".formatted(next + 1000, next + 2000));
      next += 2000;
      peer.expects(". 1:1(0) ack " + next);
    }
  }

  @Test
  void aConnectionThatStartsAcknowledgesAtOnce() {
    // Linux, TCP_MAX_QUICKACKS: the peer's slow start lives on ACKs.
    acceptedConnection(1000, 65_535);
    for (int i = 0; i < 5; i++) {
      peer.sends("P. %d:%d(1000) ack 1".formatted(1 + 1000 * i, 1001 + 1000 * i));
      peer.expects(". 1:1(0) ack " + (1001 + 1000 * i));
    }
  }

  @Test
  void aReaderWhoDrainsTheQueueSetsTheAckOff() {
    // Linux, tcp_cleanup_rbuf: a peer with Nagle's algorithm sends nothing more before that.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    int next = quickAcksAreSpent();
    app.reads(next - 1);
    for (int i = 0; i < 5; i++) {
      peer.sends("P. %d:%d(100) ack 1".formatted(next, next + 100));
      next += 100;
      app.reads(60);
      peer.expectsNothing();
      app.reads(40);
      peer.expects(". 1:1(0) ack " + next);
    }
    assertEquals(0, stack.count(Counter.TCP_DELAYED_ACKS));
    peer.expectsNothingFor(seconds(1));
  }

  @Test
  void aFullSegmentThatEndsAWriteIsAcknowledgedWhenItWasRead() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    int next = quickAcksAreSpent();
    app.reads(next - 1);
    peer.sends(". %d:%d(1000) ack 1".formatted(next, next + 1000));
    app.reads(1000);
    peer.expectsAfter(DELAYED_ACK_NANOS, ". 1:1(0) ack " + (next + 1000));
    peer.sends("P. %d:%d(1000) ack 1".formatted(next + 1000, next + 2000));
    app.reads(1000);
    peer.expects(". 1:1(0) ack " + (next + 2000));
  }

  @Test
  void inAConversationTheAnswerCarriesTheAck() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    for (int i = 0; i < 40; i++) {
      int next = 1 + 100 * i;
      peer.sends("P. %1$d:%2$d(100) ack %1$d".formatted(next, next + 100));
      if (i == 0) {
        // Nobody can know yet.
        peer.expects(". 1:1(0) ack 101");
      }
      app.reads(100);
      peer.expectsNothing();
      app.writes(100);
      peer.expects("P. %1$d:%2$d(100) ack %2$d".formatted(next, next + 100));
    }
    peer.sends(". 4001:4001(0) ack 4001");
  }

  @Test
  void aConversationThatEndsIsOneNoMore() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("P. 1:101(100) ack 1");
    peer.expects(". 1:1(0) ack 101");
    app.reads(100);
    app.writes(100);
    peer.expects("P. 1:101(100) ack 101");
    peer.sends("P. 101:201(100) ack 101");
    app.reads(100);
    peer.expectsAfter(DELAYED_ACK_NANOS, ". 101:101(0) ack 201");
    int next = 201;
    for (int i = 0; i < 40; i++) {
      peer.sends("P. %d:%d(100) ack 101".formatted(next, next + 100));
      app.reads(100);
      next += 100;
      peer.expects(". 101:101(0) ack " + next);
    }
  }

  @Test
  void aFullQueueDoesNotWaitForCompany() {
    // Linux pushes what a writer without memory has queued.
    StreamOptions options = new StreamOptions();
    options.sendBufferBytes = 700;
    ScriptedApp app = acceptedConnection("<mss 1000>", 65_535, options);
    assertEquals(700, app.offers(10_000));
    peer.expects("P. 1:701(700) ack 1");
    assertFalse(app.socket().sendQueue().isWritable());
    peer.sends(". 1:1(0) ack 401");
    assertEquals(400, app.offers(10_000));
    peer.expects("P. 701:1101(400) ack 1");
    peer.sends(". 1:1(0) ack 1101");
  }

  @Test
  void onlyOneSmallSegmentIsInFlight() {
    // Nagle's algorithm, SHLD-7.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.writes(100);
    peer.expects("P. 1:101(100) ack 1");
    app.writes(100);
    app.writes(100);
    peer.expectsNothing();
    peer.sends(". 1:1(0) ack 101");
    peer.expects("P. 101:301(200) ack 1");
    app.writes(900);
    peer.expectsNothing();
    app.writes(150);
    peer.expects(". 301:1301(1000) ack 1");
    peer.sends(". 1:1(0) ack 1301");
    peer.expects("P. 1301:1351(50) ack 1");
    peer.sends(". 1:1(0) ack 1351");
  }

  @Test
  void withNoDelayEverySmallWriteLeavesAtOnce() {
    // TCP_NODELAY, MUST-17.
    StreamOptions options = new StreamOptions();
    options.noDelay = true;
    ScriptedApp app = acceptedConnection("<mss 1000>", 65_535, options);
    for (int i = 0; i < 20; i++) {
      app.writes(1);
      peer.expects("P. %d:%d(1) ack 1".formatted(1 + i, 2 + i));
    }
    peer.sends(". 1:1(0) ack 21");
  }

  @Test
  void aCrumbOfWindowIsNotFilled() {
    // Sender's silly window avoidance, §3.8.6.2.1: less than a segment and less than half the
    // largest window ever offered.
    ScriptedApp app = acceptedConnection(1000, 4000);
    app.writes(10_000);
    for (int i = 0; i < 4; i++) {
      peer.expects(". %d:%d(1000) ack 1".formatted(1 + 1000 * i, 1001 + 1000 * i));
    }
    peer.sends(". 1:1(0) ack 4001 win 100");
    peer.expectsNothing();
    peer.sends(". 1:1(0) ack 4001 win 999");
    peer.expectsNothing();
    peer.sends(". 1:1(0) ack 4001 win 1000");
    peer.expects(". 4001:5001(1000) ack 1");
    peer.sends(". 1:1(0) ack 5001 win 65535");
    for (int i = 5; i < 9; i++) {
      peer.expects(". %d:%d(1000) ack 1".formatted(1 + 1000 * i, 1001 + 1000 * i));
    }
    peer.expects("P. 9001:10001(1000) ack 1");
    peer.sends(". 1:1(0) ack 10001");
  }
}
