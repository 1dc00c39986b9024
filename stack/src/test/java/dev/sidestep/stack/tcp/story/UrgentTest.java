package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Urgent data as Linux sends and reads it (RFC 9293 §3.8.5, RFC 6093). */
class UrgentTest extends TcpStory {

  private ScriptedApp connected() {
    return acceptedConnection(1000, 65_535);
  }

  @Test
  void thePointerNamesTheByteBehindTheUrgentOne() {
    ScriptedApp app = connected();
    app.writesUrgent();
    peer.expects("PU. 1:2(1) ack 1 urg 1");
    peer.sends(". 1:1(0) ack 2");
    app.writes(10);
    peer.expects("P. 2:12(10) ack 1");
  }

  @Test
  void anUrgentByteDoesNotWaitForNagle() {
    ScriptedApp app = connected();
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    app.writes(10);
    peer.expectsNothing();
    app.writesUrgent();
    peer.expects("PU. 11:22(11) ack 1 urg 11");
  }

  @Test
  void everySegmentBeforeTheUrgentByteTellsOfIt() {
    ScriptedApp app = acceptedConnection(1000, 500);
    app.writes(1500);
    peer.expects(". 1:501(500) ack 1");
    app.writesUrgent();
    peer.sends(". 1:1(0) ack 501 win 65535");
    peer.expects("U. 501:1501(1000) ack 1 urg 1001");
    peer.expects("PU. 1501:1502(1) ack 1 urg 1");
  }

  @Test
  void aShutWindowDoesNotKeepThePeerFromHearingOfIt() {
    ScriptedApp app = acceptedConnection(1000, 1000);
    app.writes(1000);
    peer.expects("P. 1:1001(1000) ack 1");
    peer.sends(". 1:1(0) ack 1001 win 0");
    app.writes(9);
    app.writesUrgent();
    peer.expectsAfter(connection().rtoNanos(), "U. 1001:1001(0) ack 1 urg 10");
    peer.expects("U. 1000:1000(0) ack 1 urg 11");
    peer.sends(". 1:1(0) ack 1001 win 1000");
    peer.expects("PU. 1001:1011(10) ack 1 urg 10");
  }

  @Test
  void aPointerThatDoesNotReachTellsAsFarAsItCan() {
    ScriptedApp app = acceptedConnection(1000, 1000);
    app.writes(1000);
    peer.expects("P. 1:1001(1000) ack 1");
    peer.sends(". 1:1(0) ack 1001 win 0");
    app.writes(70_000);
    app.writesUrgent();
    peer.expectsAfter(connection().rtoNanos(), "U. 1000:1000(0) ack 1 urg 65535");
    peer.sends("R. 1:1(0) ack 1001");
  }

  @Test
  void aReaderStopsBeforeTheUrgentByteAndPassesOverIt() {
    ScriptedApp app = connected();
    peer.sends("PU. 1:11(10) ack 1 urg 5");
    peer.ignoresWhatCame();
    assertEquals(4, app.readable());
    app.reads(4);
    app.misses(1);
    app.reads(5);
    app.readsNothing();
  }

  @Test
  void aReaderWhoAskedForItGetsItInLine() {
    ScriptedApp app = connected();
    app.socket().options().oobInline = true;
    peer.sends("PU. 1:11(10) ack 1 urg 5");
    peer.ignoresWhatCame();
    app.reads(4);
    app.reads(6);
  }

  @Test
  void aReaderWhoWaitsMissesOneHeartbeatAfterTheOther() {
    ScriptedApp app = connected();
    for (int i = 1; i <= 3; i++) {
      peer.sends("PU. %d:%d(1) ack 1 urg 1".formatted(i, i + 1));
      assertEquals(0, app.readable());
    }
    assertTrue(app.socket().receiveQueue().isAtUrgentByte());
    peer.sends("P. 4:14(10) ack 1");
    peer.ignoresWhatCame();
    app.misses(3);
    app.reads(10);
    assertFalse(app.socket().receiveQueue().isAtUrgentByte());
  }

  @Test
  void aNewerUrgentByteMakesAnUnreadOneOrdinary() {
    ScriptedApp app = connected();
    peer.sends("PU. 1:3(2) ack 1 urg 2");
    peer.sends("PU. 3:4(1) ack 1 urg 1");
    peer.sends("P. 4:5(1) ack 1");
    peer.ignoresWhatCame();
    app.reads(2);
    app.misses(1);
    app.reads(1);
  }

  @Test
  void thePointerMayComeBeforeItsByte() {
    ScriptedApp app = connected();
    peer.sends("PU. 1:11(10) ack 1 urg 16");
    app.reads(10);
    peer.sends("PU. 11:21(10) ack 1 urg 6");
    peer.ignoresWhatCame();
    app.reads(5);
    app.misses(1);
    app.reads(4);
  }

  /** As URGENT/11 has them: CVE-2019-12255, CVE-2019-12260, CVE-2019-12261. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 500, 65_535})
  void aPointerToAnywhereCostsAtMostTheByteItNames(int pointer) {
    ScriptedApp app = connected();
    peer.sends("PU. 1:11(10) ack 1 urg " + pointer);
    peer.sends("FPU. 11:21(10) ack 1 urg " + pointer);
    peer.ignoresWhatCame();
    if (pointer > 1) {
      app.reads(20);
    } else {
      app.misses(1);
      app.reads(9);
      app.misses(1);
      app.reads(9);
    }
    app.readsEnd();
  }

  @Test
  void theEndOfTheStreamFollowsAnUrgentByte() {
    ScriptedApp app = connected();
    peer.sends("FPU. 1:2(1) ack 1 urg 1");
    peer.ignoresWhatCame();
    app.readsEnd();
  }
}
