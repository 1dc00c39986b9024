package dev.sidestep.stack.tcp.story;

import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** A peer is told what it has sent twice (RFC 2883). */
class DuplicateSackTest extends TcpStory {

  private ScriptedApp selectiveConnection() {
    return acceptedConnection("<mss 1000,sackOK>", millis(10));
  }

  @Test
  void aWholeSegmentThatCameAgainIsReported() {
    ScriptedApp app = selectiveConnection();
    peer.sends("P. 1:1001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1001");
    peer.sends("P. 1:1001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1001 <nop,nop,sack 1:1001>");
    // Once only.
    peer.sends("P. 1001:2001(1000) ack 1");
    peer.expects(". 1:1(0) ack 2001");
    app.reads(2000);
  }

  @Test
  void aPartThatCameAgainIsReported() {
    ScriptedApp app = selectiveConnection();
    peer.sends("P. 1:1001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1001");
    peer.sends("P. 501:1501(1000) ack 1");
    peer.expects(". 1:1(0) ack 1501 <nop,nop,sack 501:1001>");
    app.reads(1500);
  }

  @Test
  void whatCameAgainAheadOfAHoleIsReportedBeforeTheRangeItLiesIn() {
    ScriptedApp app = selectiveConnection();
    peer.sends("P. 1001:2001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
    peer.sends("P. 2001:3001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1 <nop,nop,sack 1001:3001>");
    peer.sends("P. 1001:2001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1 <nop,nop,sack 1001:2001 1001:3001>");
    peer.sends("P. 1:1001(1000) ack 1");
    peer.expects(". 1:1(0) ack 3001");
    app.reads(3000);
  }

  @Test
  void textSentMeanwhileDoesNotSwallowTheReport() {
    ScriptedApp app = selectiveConnection();
    peer.sends("P. 1001:2001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
    app.writes(100);
    peer.expects("P. 1:101(100) ack 1");
    peer.sends("P. 2001:3001(1000) ack 101");
    peer.expects(". 101:101(0) ack 1 <nop,nop,sack 1001:3001>");
    peer.sends("P. 1:1001(1000) ack 101");
    peer.expects(". 101:101(0) ack 3001");
    app.reads(3000);
  }

  @Test
  void aPeerWithoutSackIsToldNothing() {
    ScriptedApp app = acceptedConnection("<mss 1000>", millis(10));
    peer.sends("P. 1:1001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1001");
    peer.sends("P. 1:1001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1001");
    app.reads(1000);
  }
}
