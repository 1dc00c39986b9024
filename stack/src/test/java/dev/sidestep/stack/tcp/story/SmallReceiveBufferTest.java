package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** The window we offer when the application reads slowly (RFC 9293 §3.8.6.2.2, MUST-39). */
class SmallReceiveBufferTest extends TcpStory {

  private static final int CAPACITY_BYTES = 4000;

  private ScriptedApp connectionWithSmallBuffer() {
    StreamOptions options = new StreamOptions();
    options.receiveBufferBytes = CAPACITY_BYTES;
    return acceptedConnection("<mss 1000>", 65_535, options);
  }

  @Test
  void aClosedWindowOpensOnlyWhenItIsWorthASegment() {
    ScriptedApp app = connectionWithSmallBuffer();
    assertEquals(CAPACITY_BYTES, connection().rcvWnd());
    for (int i = 0; i < 4; i++) {
      peer.sends("P. %d:%d(1000) ack 1".formatted(1 + 1000 * i, 1001 + 1000 * i));
    }
    peer.ignoresWhatCame();
    assertEquals(0, connection().rcvWnd());
    // A probe shows that crumbs are not offered.
    app.reads(100);
    peer.sends(". 4000:4000(0) ack 1");
    peer.expects(". 1:1(0) ack 4001 win 0");
    app.reads(1900);
    peer.expects(". 1:1(0) ack 4001 win 2000");
  }

  @Test
  void oneByteReadsDoNotMakeTinyWindows() {
    ScriptedApp app = connectionWithSmallBuffer();
    for (int i = 0; i < 4; i++) {
      peer.sends("P. %d:%d(1000) ack 1".formatted(1 + 1000 * i, 1001 + 1000 * i));
    }
    peer.ignoresWhatCame();
    for (int i = 0; i < 4000; i++) {
      app.reads(1);
    }
    assertEquals(2, peer.ignoresWhatCame(), "window updates");
    assertEquals(CAPACITY_BYTES, connection().rcvWnd());
  }

  @Test
  void sizesSetBeforeConnectingHoldFromTheFirstSegmentOn() {
    StreamSocket socket = stack.open(STACK_PORT);
    socket.options().receiveBufferBytes = CAPACITY_BYTES;
    socket.options().sendBufferBytes = 5000;
    ScriptedApp app = connects(socket);
    // In units of one byte: a small queue has no larger ones to offer.
    peer.expects("S 0:0(0) win 4000 <mss 1460,sackOK,TS val * ecr 0,nop,wscale 0>");
    peer.sends("S. 0:0(0) ack 1 win 10000 <mss 1000>");
    peer.expects(". 1:1(0) ack 1 win 4000");
    assertEquals(5000, app.offers(100_000));
    assertEquals(5, peer.ignoresWhatCame());
    peer.sends(". 1:1(0) ack 5001");
    assertEquals(5000, app.socket().sendQueue().capacityBytes(), "is not tuned");
  }

  @Test
  void theWindowIsNeverTakenBack() {
    // SHLD-14.
    ScriptedApp app = connectionWithSmallBuffer();
    int edge = 1 + CAPACITY_BYTES;
    peer.sends("P. 1:1001(1000) ack 1");
    peer.expects(". 1:1(0) ack 1001 win " + (edge - 1001));
    app.socket().receiveQueue().setCapacityBytes(1000);
    peer.sends("P. 1001:2001(1000) ack 1");
    peer.expects(". 1:1(0) ack 2001 win " + (edge - 2001));
    peer.sends("P. 2001:3001(1000) ack 1");
    peer.expects(". 1:1(0) ack 3001 win " + (edge - 3001));
    peer.sends("P. 3001:4001(1000) ack 1");
    peer.expects(". 1:1(0) ack 4001 win 0");
    app.reads(4000);
    peer.ignoresWhatCame();
  }
}
