package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.icmp.IcmpError;
import dev.sidestep.stack.icmp.IcmpError.Meaning;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcbSnapshot;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ICMP errors (RFC 9293 §3.9.2.2, RFC 5927). */
class IcmpReactionTest extends TcpStory {

  private void icmp(Meaning meaning, int mtuBytes, int seqOffset) {
    TcbSnapshot tcb = connection();
    IcmpError error = new IcmpError();
    error.meaning = meaning;
    error.nextHopMtuBytes = mtuBytes;
    error.protocol = 6;
    error.localHigh = tcb.localAddress().high();
    error.localLow = tcb.localAddress().low();
    error.remoteHigh = tcb.remoteAddress().high();
    error.remoteLow = tcb.remoteAddress().low();
    error.localPort = tcb.localPort();
    error.remotePort = tcb.remotePort();
    error.seq = tcb.sndUna() + seqOffset;
    stack.icmpError(error);
  }

  private void tooBig(int mtuBytes, int seqOffset) {
    icmp(Meaning.PACKET_TOO_BIG, mtuBytes, seqOffset);
  }

  @ParameterizedTest
  @CsvSource({
    "NET_UNREACHABLE,  ENETUNREACH",
    "HOST_UNREACHABLE, EHOSTUNREACH",
    "REFUSED,          ECONNREFUSED"
  })
  void anErrorAboutTheSynEndsTheConnect(Meaning meaning, SocketError cause) {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    icmp(meaning, 0, 0);
    app.hasFailed(cause);
    assertEquals(0, stack.tcp().connectionCount());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1, 1 << 20})
  void anErrorAboutSomethingElseDoesNot(int seqOffset) {
    ScriptedApp app = connects();
    peer.expects("S 0:0(0) win 65535 <...>");
    icmp(Meaning.HOST_UNREACHABLE, 0, seqOffset);
    assertEquals(StreamSocket.State.CONNECTING, app.socket().state());
  }

  @ParameterizedTest
  @EnumSource(Meaning.class)
  void noErrorEndsAConnection(Meaning meaning) {
    // MUST-56, and for hard errors RFC 5927 §5.2 and Linux.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    icmp(meaning, 0, 0);
    app.isConnected();
    peer.sends(". 1:1(0) ack 11");
  }

  @Test
  void theErrorIsWhatAConnectionThatIsGivenUpFailsWith() {
    // Linux: tcp_write_err takes sk_err_soft for ETIMEDOUT.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    icmp(Meaning.HOST_UNREACHABLE, 0, 0);
    after(seconds(2000));
    peer.ignoresWhatCame();
    app.hasFailed(SocketError.EHOSTUNREACH);
  }

  @Test
  void theErrorIsForgottenWhenDataGetsThrough() {
    // Linux: tcp_ack clears sk_err_soft.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    app.writes(10);
    peer.expects("P. 1:11(10) ack 1");
    icmp(Meaning.HOST_UNREACHABLE, 0, 0);
    peer.sends(". 1:1(0) ack 11");
    app.writes(10);
    peer.expects("P. 11:21(10) ack 1");
    after(seconds(2000));
    peer.ignoresWhatCame();
    app.hasFailed(SocketError.ETIMEDOUT);
  }

  @Test
  void aSmallerPathMtuIsHeededAtOnce() {
    ScriptedApp app = acceptedConnection(1460, 65_535);
    app.writes(1460);
    peer.expects("P. 1:1461(1460) ack 1");
    tooBig(1000, 0);
    peer.expects(". 1:961(960) ack 1");
    peer.expects("P. 961:1461(500) ack 1");
    assertEquals(960, connection().mssBytes());
    peer.sends(". 1:1(0) ack 1461");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 68, 551, 1500, 65_535})
  void aPathMtuThatIsAbsurdIsNotBelieved(int mtuBytes) {
    ScriptedApp app = acceptedConnection(1460, 65_535);
    app.writes(1460);
    peer.expects("P. 1:1461(1460) ack 1");
    tooBig(mtuBytes, 0);
    peer.expectsNothing();
    assertEquals(1460, connection().mssBytes());
    peer.sends(". 1:1(0) ack 1461");
  }

  @Test
  void aPathMtuForSomethingNotInFlightIsForged() {
    ScriptedApp app = acceptedConnection(1460, 65_535);
    app.writes(1460);
    peer.expects("P. 1:1461(1460) ack 1");
    tooBig(1000, 1460);
    tooBig(1000, -1);
    peer.expectsNothing();
    peer.sends(". 1:1(0) ack 1461");
    tooBig(1000, 0);
    assertEquals(1460, connection().mssBytes());
  }
}
