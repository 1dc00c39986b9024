package dev.sidestep.stack.tcp.story;

import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options that are wrong, unknown or in the wrong place (RFC 9293 §3.1, MUST-4 to MUST-7). */
class OptionTest extends TcpStory {

  @Test
  void theSynAckOffersWhatLinuxOffersInLinuxsOrder() {
    listens();
    peer.sends("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>");
    peer.expects("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 0 ecr 100,nop,wscale *>");
    peer.sends("R 1:1(0)");
  }

  @Test
  void theSynAckOffersOnlyWhatThePeerOffered() {
    // RFC 7323 §2.2, §3.2, RFC 2018 §2.
    listens();
    peer.sends("S 0:0(0) win 65535 <mss 1460,nop,wscale 7>");
    peer.expects("S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale *>");
    peer.sends("R 1:1(0)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fe02ffff", // unknown kind
        "fe1a" + "000000000000000000000000000000000000000000000000" + "0000",
        "02000000", // length 0
        "02010000", // length 1
        "0203ffff", // MSS of wrong length
        "fe290000", // past the end
        "fe000000",
        "01010102", // kind without a length
        "05020000", // SACK without a block
        "0509" + "00000000000000" + "010101",
        "05220000", // SACK longer than its segment
        "0809" + "00000000000000" + "010101", // timestamps one too short
        "080b" + "000000000000000000" + "01", // one too long
        "03020000", // window scale
        "1d040000", // TCP-AO
        "1312" + "00000000000000000000000000000000" + "0101", // MD5 signature
        "01010101010101010101010101010101010101010101010101010101010101010101010101010101"
      })
  void aMalformedOptionNeitherEndsTheConnectionNorLosesData(String octets) {
    String options = " <hex " + octets + ">";
    ScriptedApp app =
        acceptedConnection(
            "<mss 1000,nop,nop,sackOK,nop,nop,TS val 100 ecr 0>", 65_535, new StreamOptions());
    peer.sends("P. 1:11(10) ack 1" + options);
    peer.expects(". 1:1(0) ack 11 <nop,nop,TS val 0 ecr 100>");
    app.reads(10);
    app.writes(10);
    peer.expects("P. 1:11(10) ack 11 <nop,nop,TS val 0 ecr 100>");
    peer.sends(". 11:11(0) ack 11" + options);
    peer.expectsNothing();
    app.isConnected();
  }

  @ParameterizedTest
  @ValueSource(strings = {"02000000", "fe290000", "01010102", "030affff", "05220000"})
  void aMalformedOptionInASynDoesNotPreventTheConnection(String octets) {
    ListenSocket listener = listens();
    peer.sends("S 0:0(0) win 65535 <mss 1000,hex " + octets + ">");
    peer.expects("S. 0:0(0) ack 1 <mss 1460>");
    peer.sends("P. 1:11(10) ack 1");
    peer.expects(". 1:1(0) ack 11");
    accepts(listener).reads(10);
  }

  @Test
  void anUrgentPointerChangesNothingAboutAStreamThatIsReadInLine() {
    // URGENT/11, whatever the pointer.
    StreamOptions options = new StreamOptions();
    options.oobInline = true;
    ScriptedApp app = acceptedConnection("<mss 1000>", 65_535, options);
    int next = 1;
    for (int pointer : new int[] {0, 1, 5, 10, 11, 65_535}) {
      peer.sends("PU. %d:%d(10) ack 1 win 65535 urg %d".formatted(next, next + 10, pointer));
      next += 10;
      peer.expects(". 1:1(0) ack " + next);
    }
    app.reads(60);
  }

  @Test
  void sackBlocksOfNonsenseAreIgnored() {
    ScriptedApp app = acceptedConnection("<mss 1000,nop,nop,sackOK>", 65_535, new StreamOptions());
    app.writes(5000);
    peer.ignoresWhatCame();
    for (String blocks :
        new String[] {
          "2001:1001", "-5000:-1000", "90000:91000", "1:1", "1:5001", "0:2147483647",
        }) {
      peer.sends(". 1:1(0) ack 1 win 65000 <nop,nop,sack " + blocks + ">");
    }
    peer.ignoresWhatCame();
    peer.sends(". 1:1(0) ack 5001");
    peer.expectsNothingFor(seconds(60));
    app.isConnected();
  }
}
