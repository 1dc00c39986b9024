package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** Timestamps and protection against wrapped sequence numbers (RFC 7323 §3 to §5). */
class TimestampTest extends TcpStory {

  /** A connection on which the peer's last timestamp was 100. */
  private ScriptedApp connectionWithTimestamps() {
    return acceptedConnection("<mss 1012,nop,nop,TS val 100 ecr 0>", 65_535, new StreamOptions());
  }

  @Test
  void theOptionTakesItsRoomFromTheSegment() {
    // RFC 6691 §2: the MSS does not count options, so the payload must.
    ScriptedApp app = connectionWithTimestamps();
    app.writes(1000);
    peer.expects("P. 1:1001(1000) ack 1 <nop,nop,TS val 0 ecr 100>");
    peer.sends(". 1:1(0) ack 1001 <nop,nop,TS val 101 ecr 0>");
  }

  @Test
  void anOldTimestampIsAcknowledgedAndItsDataDropped() {
    // RFC 7323 §5.3 R1.
    ScriptedApp app = connectionWithTimestamps();
    peer.sends("P. 1:11(10) ack 1 <nop,nop,TS val 200 ecr 0>");
    peer.expects(". 1:1(0) ack 11 <nop,nop,TS val 0 ecr 200>");
    peer.sends("P. 11:21(10) ack 1 <nop,nop,TS val 199 ecr 0>");
    peer.expects(". 1:1(0) ack 11 <nop,nop,TS val 0 ecr 200>");
    assertEquals(1, stack.dropped(DropReason.TCP_PAWS));
    app.reads(10);
    app.readsNothing();
    peer.sends("P. 11:21(10) ack 1 <nop,nop,TS val 200 ecr 0>");
    peer.expects(". 1:1(0) ack 21 <nop,nop,TS val 0 ecr 200>");
    app.reads(10);
  }

  @Test
  void theTimestampClockMayWrap() {
    ScriptedApp app = connectionWithTimestamps();
    peer.sends("P. 1:11(10) ack 1 <nop,nop,TS val 2147483700 ecr 0>");
    peer.expects(". 1:1(0) ack 11 <nop,nop,TS val 0 ecr -2147483596>");
    peer.sends("P. 11:21(10) ack 1 <nop,nop,TS val 4294967295 ecr 0>");
    peer.expects(". 1:1(0) ack 21 <nop,nop,TS val 0 ecr -1>");
    peer.sends("P. 21:31(10) ack 1 <nop,nop,TS val 5 ecr 0>");
    peer.expects(". 1:1(0) ack 31 <nop,nop,TS val 0 ecr 5>");
    app.reads(30);
  }

  @Test
  void aSegmentAheadOfAHoleDoesNotMoveTsRecent() {
    // RFC 7323 §4.3: the echo is that of the segment that advances the window.
    ScriptedApp app = connectionWithTimestamps();
    peer.sends("P. 11:21(10) ack 1 <nop,nop,TS val 300 ecr 0>");
    peer.expects(". 1:1(0) ack 1 <nop,nop,TS val 0 ecr 100>");
    peer.sends("P. 1:11(10) ack 1 <nop,nop,TS val 250 ecr 0>");
    peer.expects(". 1:1(0) ack 21 <nop,nop,TS val 0 ecr 250>");
    app.reads(20);
  }

  @Test
  void aSegmentThatAcknowledgesWhatWasNeverSentDoesNotMoveTsRecent() {
    // Forged: from then on PAWS would drop whatever the peer sends.
    ScriptedApp app = connectionWithTimestamps();
    peer.sends("P. 1:11(10) ack 5001 <nop,nop,TS val 2000000000 ecr 0>");
    peer.expects(". 1:1(0) ack 1 <nop,nop,TS val 0 ecr 100>");
    assertEquals(1, stack.dropped(DropReason.TCP_BAD_ACK));
    peer.sends("P. 1:11(10) ack 1 <nop,nop,TS val 101 ecr 0>");
    peer.expects(". 1:1(0) ack 11 <nop,nop,TS val 0 ecr 101>");
    assertEquals(0, stack.dropped(DropReason.TCP_PAWS));
    app.reads(10);
  }

  @Test
  void aSegmentWithAnOldAcknowledgementDoesNotMoveTsRecent() {
    // Linux (tcp_ack): what is older than SND.UNA says nothing new about time either.
    ScriptedApp app = connectionWithTimestamps();
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1 <nop,nop,TS val 0 ecr 100>");
    peer.sends(". 1:1(0) ack 11 <nop,nop,TS val 101 ecr 0>");
    peer.sends(". 1:1(0) ack 1 <nop,nop,TS val 2000000000 ecr 0>");
    peer.sends("P. 1:11(10) ack 11 <nop,nop,TS val 102 ecr 0>");
    peer.expects(". 11:11(0) ack 11 <nop,nop,TS val 0 ecr 102>");
    assertEquals(0, stack.dropped(DropReason.TCP_PAWS));
    app.reads(10);
  }

  @Test
  void aResetNeedsNoTimestamp() {
    // RFC 7323 §3.2: RST must not be subject to the check.
    ScriptedApp app = connectionWithTimestamps();
    peer.sends("R 1:1(0) win 0");
    app.hasFailed(SocketError.ECONNRESET);
  }

  @Test
  void aSegmentWithoutTheOptionIsTakenAsLinuxTakesIt() {
    // RFC 7323 §3.2 would drop it (SHOULD); Linux takes it, because middleboxes strip options.
    ScriptedApp app = connectionWithTimestamps();
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11 <nop,nop,TS val 0 ecr 100>");
    app.reads(10);
  }

  @Test
  void afterTwentyFourDaysOfSilenceAnyTimestampIsBelieved() {
    // RFC 7323 §5.5.
    ScriptedApp app = connectionWithTimestamps();
    clock.advance(seconds(25 * 86_400));
    peer.sends("P. 1:11(10) ack 1 <nop,nop,TS val 50 ecr 0>");
    peer.expects(". 1:1(0) ack 11 <nop,nop,TS val * ecr 50>");
    app.reads(10);
  }

  @Test
  void thePeerThatDoesNotOfferThemGetsNone() {
    ScriptedApp app = acceptedConnection("<mss 1000>", 65_535, new StreamOptions());
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    // RFC 7323 §3.2: an unexpected option is ignored.
    peer.sends(". 1:1(0) ack 11 <nop,nop,TS val 5 ecr 0>");
    peer.expectsNothing();
    assertEquals(0, connection().sendQueueBytes());
  }
}
