package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.tcp.TcpState;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.ScriptedPeer;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RST, blind attacks and challenge ACKs (RFC 5961). */
class ResetTest extends TcpStory {

  private static final int WINDOW = 65_535;

  @Test
  void aResetWithTheNextSequenceNumberEndsTheConnection() {
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    peer.sends("R 1:1(0) win 0");
    app.hasFailed(SocketError.ECONNRESET);
    assertEquals(0, stack.tcp().connectionCount());
    assertEquals(1, stack.count(Counter.TCP_ESTABLISHED_RESETS));
    assertEquals(0, stack.releasedSockets(), "the application still has it");
    app.closes();
    assertEquals(1, stack.releasedSockets());
  }

  @Test
  void bytesThatCameBeforeTheResetCanBeRead() {
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    peer.sends("R 11:11(0) win 0");
    app.hasFailed(SocketError.ECONNRESET);
    app.reads(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 100, WINDOW})
  void aResetElsewhereInTheWindowIsChallenged(int sequence) {
    // RFC 5961 §3.2.
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    peer.sends("R %1$d:%1$d(0) win 0".formatted(sequence));
    peer.expects(". 1:1(0) ack 1");
    app.isConnected();
    assertEquals(1, stack.count(Counter.TCP_CHALLENGE_ACKS_SENT));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, WINDOW + 1, WINDOW + 2, 1 << 30, -(1 << 30)})
  void aResetOutsideTheWindowIsIgnored(int sequence) {
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    peer.sends("R %1$d:%1$d(0) win 0".formatted(sequence));
    peer.expectsNothing();
    app.isConnected();
    assertEquals(1, stack.dropped(DropReason.TCP_BAD_RST));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, WINDOW, -5000, 1 << 30})
  void aSynOnAConnectionIsChallengedWhateverItsNumber(int sequence) {
    // RFC 5961 §4.2.
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    peer.sends("S %1$d:%1$d(0) win 1000 <mss 1000>".formatted(sequence));
    peer.expects(". 1:1(0) ack 1");
    app.isConnected();
  }

  @Test
  void aPeerThatHasForgottenTheConnectionAnswersTheChallengeWithReset() {
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    peer.sends("S 5000:5000(0) win 1000 <mss 1000>");
    peer.expects(". 1:1(0) ack 1");
    peer.sends("R 1:1(0) win 0");
    app.hasFailed(SocketError.ECONNRESET);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 1000, 1 << 30})
  void anAckOfWhatWasNeverSentIsChallengedAndItsDataDropped(int ack) {
    // RFC 5961 §5.2, upper edge.
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    peer.sends("P. 1:11(10) ack " + ack);
    peer.expects(". 1:1(0) ack 1");
    app.readsNothing();
    assertEquals(1, stack.dropped(DropReason.TCP_BAD_ACK));
  }

  @Test
  void anAckOlderThanAWindowIsChallengedAndItsDataDropped() {
    // RFC 5961 §5.2, lower edge: SND.UNA - MAX.SND.WND.
    ScriptedApp app = acceptedConnection(1000, 1000);
    peer.sends("P. 1:11(10) ack %d win 1000".formatted(1 - 1000));
    peer.expects(". 1:1(0) ack 11");
    app.reads(10);
    peer.sends("P. 11:21(10) ack %d win 1000".formatted(1 - 1001));
    peer.expects(". 1:1(0) ack 11");
    app.readsNothing();
    assertEquals(1, stack.dropped(DropReason.TCP_BAD_ACK));
  }

  @Test
  void challengesAreLimitedToTwoASecondForEachConnection() {
    // RFC 5961 §7; Linux: tcp_invalid_ratelimit, per connection (CVE-2016-5696).
    acceptedConnection(1000, WINDOW);
    for (int i = 0; i < 100; i++) {
      peer.sends("S 0:0(0) win 1000");
    }
    peer.expects(". 1:1(0) ack 1");
    peer.expectsNothingFor(millis(500) - 1);
    peer.sends("S 0:0(0) win 1000");
    peer.expectsNothing();
    after(1);
    peer.sends("S 0:0(0) win 1000");
    peer.expects(". 1:1(0) ack 1");
  }

  @Test
  void oneConnectionsChallengesDoNotUseUpAnothers() {
    ListenSocket listener = listens();
    ScriptedPeer other = newPeer(PEER_PORT + 1, STACK_PORT);
    for (ScriptedPeer each : new ScriptedPeer[] {peer, other}) {
      each.sends("S 0:0(0) win 65535 <mss 1000>");
      each.expects("S. 0:0(0) ack 1 <...>");
      each.sends(". 1:1(0) ack 1");
      accepts(listener);
    }
    for (int i = 0; i < 10; i++) {
      peer.sends("S 0:0(0) win 1000");
    }
    peer.expects(". 1:1(0) ack 1");
    other.sends("S 0:0(0) win 1000");
    other.expects(". 1:1(0) ack 1");
  }

  @Test
  void aSweepOfForgedResetsDoesNotEndTheConnection() {
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    for (long sequence = 2; sequence < 1L << 32; sequence += WINDOW - 1) {
      int s = (int) sequence;
      peer.sends("R %1$d:%1$d(0) win 0".formatted(s));
    }
    app.isConnected();
    peer.expects(". 1:1(0) ack 1");
  }

  @Test
  void aSegmentWithoutAckIsDropped() {
    ScriptedApp app = acceptedConnection(1000, WINDOW);
    peer.sends("P 1:11(10) win 1000");
    peer.sends("F 1:1(0) win 1000");
    peer.sends("- 1:1(0) win 1000");
    app.readsNothing();
    assertEquals(TcpState.ESTABLISHED, connection().state());
  }

  @Test
  void twoConfusedEndsDoNotKeepEachOtherBusy() {
    // An ACK storm: each end answers the other's out-of-window ACK.
    acceptedConnection(1000, WINDOW);
    for (int i = 0; i < 1000; i++) {
      peer.sends(". -100000:-100000(0) ack 1");
    }
    peer.expects(". 1:1(0) ack 1");
  }

  @Test
  void aResetCarriesATimestampWhereTheyAreAgreedUpon() {
    // RFC 7323 §3.2 (SHOULD), Linux.
    ScriptedApp app =
        acceptedConnection("<mss 1012,nop,nop,TS val 100 ecr 0>", 65_535, new StreamOptions());
    peer.sends("P. 1:11(10) ack 1 <nop,nop,TS val 101 ecr 0>");
    peer.expects(". 1:1(0) ack 11 <...>");
    app.closes();
    peer.expects("R. 1:1(0) ack 11 <nop,nop,TS val 0 ecr 101>");
  }
}
