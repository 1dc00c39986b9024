package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How large our segments are (RFC 9293 §3.7.1, MUST-14 to MUST-16, MUST-65, MUST-67). */
class SegmentSizeTest extends TcpStory {

  @ParameterizedTest
  @CsvSource({
    "'<mss 1000>',      1000",
    "'<mss 1460>',      1460",
    // More than our own link carries.
    "'<mss 65535>',     1460",
    // MUST-15: the default.
    "'',                536",
    "'<mss 0>',         536",
    // Less costs more per byte than it is worth (CVE-2019-11479).
    "'<mss 1>',         216",
    "'<mss 8>',         216",
    "'<mss 47>',        216",
    "'<mss 215>',       216",
    "'<mss 217>',       217",
    // Wrong lengths: as if it were not there.
    "'<hex 02030500>',  536",
    "'<hex 0205050000000000>', 536"
  })
  void thePeersOptionAndOurLinkDecide(String options, int segmentBytes) {
    ScriptedApp app = acceptedConnection(options, 65_535, new StreamOptions());
    assertEquals(segmentBytes, connection().mssBytes());
    app.writes(segmentBytes);
    peer.expects("P. 1:%d(%d) ack 1".formatted(1 + segmentBytes, segmentBytes));
    peer.sends(". 1:1(0) ack " + (1 + segmentBytes));
  }

  @Test
  void weAskForWhatOurLinkCarriesLessTheHeaders() {
    listens();
    peer.sends("S 0:0(0) win 65535");
    peer.expects("S. 0:0(0) ack 1 <mss 1460>");
    peer.sends("R 1:1(0)");
  }

  @Test
  void anMssOptionAfterTheSynIsIgnored() {
    // MUST-65.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("P. 1:11(10) ack 1 <mss 300>");
    peer.expects(". 1:1(0) ack 11");
    assertEquals(1000, connection().mssBytes());
    app.reads(10);
  }
}
