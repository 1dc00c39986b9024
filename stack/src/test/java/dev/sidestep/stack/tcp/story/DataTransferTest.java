package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** How bytes go back and forth when nothing goes wrong (RFC 9293 §3.8, §3.10). */
class DataTransferTest extends TcpStory {

  @Test
  void whatThePeerSendsIsAcknowledgedAndDelivered() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("P. 1:101(100) ack 1");
    peer.expects(". 1:1(0) ack 101");
    app.reads(100);
    app.readsNothing();
  }

  @Test
  void aWriteLeavesAtOnceInFullSegmentsAndPushesItsLast() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.writes(2500);
    peer.expects(". 1:1001(1000) ack 1");
    peer.expects(". 1001:2001(1000) ack 1");
    peer.expects("P. 2001:2501(500) ack 1");
    peer.sends(". 1:1(0) ack 2501");
    peer.expectsNothingFor(seconds(60));
    assertEquals(2500, stack.count(Counter.TCP_BYTES_SENT));
    assertEquals(0, stack.count(Counter.TCP_RETRANSMITTED_SEGMENTS));
  }

  @Test
  void anAnswerCarriesTheAcknowledgementOfTheQuestion() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    quickAcksAreSpent();
    app.reads(160);
    app.writes(50);
    peer.expects("P. 1:51(50) ack 161");
    peer.sends("P. 161:261(100) ack 51");
    app.reads(100);
    app.writes(50);
    peer.expects("P. 51:101(50) ack 261");
    peer.sends(". 261:261(0) ack 101");
  }

  /** Linux: the first 16 ACKs of a connection are not delayed. */
  private void quickAcksAreSpent() {
    for (int i = 0; i < 16; i++) {
      int from = 1 + 10 * i;
      peer.sends("P. %d:%d(10) ack 1".formatted(from, from + 10));
    }
    peer.ignoresWhatCame();
  }

  @Test
  void anActiveOpenGoesThroughTheThreeWayHandshake() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale *>");
    peer.sends("S. 0:0(0) ack 1 win 65535 <mss 1460>");
    peer.expects(". 1:1(0) ack 1");
    app.isConnected();
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    peer.sends(". 1:1(0) ack 11");
  }

  @Test
  void aRefusedConnectFailsAtOnce() {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) <...>");
    peer.sends("R. 0:0(0) ack 1 win 0");
    app.hasFailed(SocketError.ECONNREFUSED);
    peer.expectsNothingFor(seconds(200));
  }

  @Test
  void bytesInTheSynAckAndBeforeTheFinAreNotLost() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("FP. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 12");
    app.reads(10);
    app.readsEnd();
    app.writes(5);
    peer.expects("P. 1:6(5) ack 12");
    peer.sends(". 12:12(0) ack 6");
    app.closes();
    peer.expects("F. 6:6(0) ack 12");
    peer.sends(". 12:12(0) ack 7");
    peer.expectsNothingFor(seconds(130));
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void aCloseWithUnreadBytesResetsTheConnection() {
    // RFC 2525 §2.17, RFC 9293 §3.6 and Linux: the peer must hear that bytes were lost.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    app.closes();
    peer.expects("R. 1:1(0) ack 11");
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void everySingleFlippedBitIsNoticed() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    int bits = (20 + 10) * 8;
    for (int bit = 0; bit < bits; bit++) {
      peer.sendsWithFlippedBit("P. 1:11(10) ack 1", bit);
      peer.expectsNothing();
    }
    // A data offset that cannot be is noticed even before the checksum.
    long malformed = stack.dropped(DropReason.TCP_MALFORMED);
    assertEquals(bits, stack.dropped(DropReason.TCP_CHECKSUM) + malformed);
    app.readsNothing();
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    app.reads(10);
  }
}
