package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;

/** A peer that accepts no more data (RFC 9293 §3.8.6.1, MUST-34 to MUST-37). */
class ZeroWindowTest extends TcpStory {

  /** As Linux does it: nothing new, but a number already acknowledged, which must be answered. */
  private static final String PROBE = ". 0:0(0) ack 1";

  private ScriptedApp stuckConnection() {
    ScriptedApp app = acceptedConnection(1000, 1000);
    app.writes(1000);
    peer.expects("P. 1:1001(1000) ack 1");
    peer.sends(". 1:1(0) ack 1001 win 0");
    app.writes(500);
    return app;
  }

  @Test
  void aLostWindowUpdateIsFoundOutByAProbe() {
    stuckConnection();
    long rto = connection().rtoNanos();
    // The update ". 1:1(0) ack 1001 win 1000" is lost here.
    peer.expectsAfter(rto, PROBE.replace("0:0", "1000:1000"));
    peer.sends(". 1:1(0) ack 1001 win 1000");
    peer.expects("P. 1001:1501(500) ack 1");
    peer.sends(". 1:1(0) ack 1501 win 1000");
  }

  @Test
  void probesBackOffExponentially() {
    stuckConnection();
    long interval = connection().rtoNanos();
    for (int i = 0; i < 6; i++) {
      peer.expectsAfter(interval, ". 1000:1000(0) ack 1");
      peer.sends(". 1:1(0) ack 1001 win 0");
      interval = Math.min(2 * interval, TcpConfig.defaults().maxRtoNanos());
    }
    assertEquals(6, stack.count(Counter.TCP_ZERO_WINDOW_PROBES));
  }

  @Test
  void theConnectionStaysOpenForTenHoursWhileProbesAreAnswered() {
    // MUST-37.
    stuckConnection();
    long end = clock.nanos() + seconds(36_000);
    int probes = 0;
    while (clock.nanos() < end) {
      after(seconds(60));
      if (peer.ignoresWhatCame() > 0) {
        probes++;
        peer.sends(". 1:1(0) ack 1001 win 0");
      }
    }
    // MUST-36: exponential up to two minutes, so neither silence nor a flood.
    assertEquals(300, probes, 30);
    peer.sends(". 1:1(0) ack 1001 win 1000");
    peer.expects("P. 1001:1501(500) ack 1");
    peer.sends(". 1:1(0) ack 1501 win 1000");
  }

  @Test
  void aPeerThatAnswersNoProbeIsGivenUp() {
    ScriptedApp app = stuckConnection();
    after(seconds(3600));
    app.hasFailed(SocketError.ETIMEDOUT);
    peer.ignoresWhatCame();
  }

  @Test
  void aResetIsHeededWhileTheWindowIsClosed() {
    // MUST-66.
    ScriptedApp app = stuckConnection();
    peer.sends("R. 1:1(0) ack 1001 win 0");
    app.hasFailed(SocketError.ECONNRESET);
  }

  @Test
  void ourOwnClosedWindowStillTakesAcknowledgements() {
    // MUST-66 the other way round: ACKs are processed although our receive window is zero.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    fillReceiveBuffer(app);
    int next = connection().rcvNxt() - TcpStory.PEER_INITIAL_SEQUENCE;
    app.writes(100);
    peer.expects("P. 1:101(100) ack " + next);
    peer.sends(". %d:%d(0) ack 101".formatted(next, next));
    assertEquals(0, connection().sendQueueBytes());
    app.reads(app.readable());
    peer.ignoresWhatCame();
  }

  private void fillReceiveBuffer(ScriptedApp app) {
    int next = 1;
    while (connection().rcvWnd() > 0) {
      int length = Math.min(1000, connection().rcvWnd());
      peer.sends("P. %d:%d(%d) ack 1".formatted(next, next + length, length));
      next += length;
    }
    assertEquals(next - 1, app.readable());
    peer.ignoresWhatCame();
  }

  @Test
  void aShrinkingWindowIsTolerated() {
    // MUST-34: what is in flight beyond the new edge stays in flight, nothing new is sent.
    ScriptedApp app = acceptedConnection(1000, 5000);
    app.writes(6000);
    for (int i = 0; i < 5; i++) {
      peer.expects(". %d:%d(1000) ack 1".formatted(1 + 1000 * i, 1001 + 1000 * i));
    }
    peer.sends(". 1:1(0) ack 1001 win 1000");
    peer.expectsNothing();
    peer.sends(". 1:1(0) ack 5001 win 1000");
    peer.expects("P. 5001:6001(1000) ack 1");
    peer.sends(". 1:1(0) ack 6001 win 1000");
  }

  @Test
  void whatWasSentBeyondAShrunkWindowIsSentAgainOnlyIntoTheWindow() {
    ScriptedApp app = acceptedConnection(1000, 3000);
    app.writes(3000);
    peer.expects(". 1:1001(1000) ack 1");
    peer.expects(". 1001:2001(1000) ack 1");
    peer.expects("P. 2001:3001(1000) ack 1");
    peer.sends(". 1:1(0) ack 1001 win 1000");
    // Both are lost; the first may be sent again.
    peer.expectsAfter(connection().rtoNanos(), ". 1001:2001(1000) ack 1");
    peer.expectsNothing();
    peer.sends(". 1:1(0) ack 2001 win 1000");
    peer.expects("P. 2001:3001(1000) ack 1");
    peer.sends(". 1:1(0) ack 3001 win 1000");
  }

  @Test
  void windowsAreUnsigned() {
    // MUST-1: 0x8000 and more is a large window, not a negative one.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    assertEquals(65_535, connection().sndWnd());
    peer.sends(". 1:1(0) ack 1 win 32768");
    assertEquals(32_768, connection().sndWnd());
    app.isConnected();
  }

  @Test
  void aWindowScaleBeyondFourteenCountsAsFourteen() {
    // RFC 7323 §2.3.
    acceptedConnection("<mss 1000,nop,wscale 15>", 65_535, new StreamOptions());
    assertEquals(65_535 << 14, connection().sndWnd());
  }
}
