package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.tcp.TcbSnapshot;
import dev.sidestep.stack.tcp.TcpState;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every state and every kind of segment (RFC 9293 §3.10.7). In each state the peer's next sequence
 * number is 1 (2 once it has sent its FIN), and ours is 1 (2 once we have).
 */
class StateEventTest extends TcpStory {

  private static final String NOTHING = "nothing";

  private void reach(TcpState state) {
    switch (state) {
      case CLOSED -> {
        // Nobody is there.
      }
      case LISTEN -> listens();
      case SYN_SENT -> {
        connects();
        peer.expects("S 0:0(0) win 65535 <...>");
      }
      case SYN_RECEIVED -> {
        listens();
        peer.sends("S 0:0(0) win 65535 <mss 1000>");
        peer.expects("S. 0:0(0) ack 1 <...>");
      }
      default -> reachSynchronised(state);
    }
    assertEquals(state, state());
  }

  private void reachSynchronised(TcpState state) {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    if (state == TcpState.CLOSE_WAIT || state == TcpState.LAST_ACK) {
      peer.sends("F. 1:1(0) ack 1");
      peer.expects(". 1:1(0) ack 2");
    }
    if (state != TcpState.ESTABLISHED && state != TcpState.CLOSE_WAIT) {
      app.shutsDownOutput();
      peer.expects("F. 1:1(0) ack " + (state == TcpState.LAST_ACK ? 2 : 1));
    }
    switch (state) {
      case FIN_WAIT_2 -> peer.sends(". 1:1(0) ack 2");
      case CLOSING -> {
        peer.sends("F. 1:1(0) ack 1");
        peer.expects(". 2:2(0) ack 2");
      }
      case TIME_WAIT -> {
        peer.sends("F. 1:1(0) ack 2");
        peer.expects(". 2:2(0) ack 2");
      }
      default -> {
        // Reached.
      }
    }
  }

  private TcpState state() {
    List<TcbSnapshot> all = stack.snapshot();
    return all.stream()
        .filter(c -> c.remotePort() != 0)
        .map(TcbSnapshot::state)
        .findFirst()
        .orElse(all.isEmpty() ? TcpState.CLOSED : all.getFirst().state());
  }

  @ParameterizedTest(name = "{0}: {1} -> {2}, {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CLOSED       | S 7:7(0) win 9        | R. 0:0(0) ack 8 win 0  | CLOSED
          CLOSED       | . 7:7(0) ack 5        | R 5:5(0) win 0         | CLOSED
          CLOSED       | R 7:7(0) win 0        | nothing                | CLOSED
          CLOSED       | F 7:7(0) win 9        | R. 0:0(0) ack 8 win 0  | CLOSED
          LISTEN       | S 7:7(0) win 9        | S. 0:0(0) ack 8 <...>  | SYN_RECEIVED
          LISTEN       | . 7:7(0) ack 5        | R 5:5(0) win 0         | LISTEN
          LISTEN       | R 7:7(0) win 0        | nothing                | LISTEN
          LISTEN       | F 7:7(0) win 9        | nothing                | LISTEN
          LISTEN       | SF 7:7(0) win 9       | nothing                | LISTEN
          SYN_SENT     | S. 0:0(0) ack 1       | . 1:1(0) ack 1 <...>   | ESTABLISHED
          SYN_SENT     | S 0:0(0) win 9        | S. 0:0(0) ack 1 <...>  | SYN_RECEIVED
          SYN_SENT     | . 0:0(0) ack 1        | nothing                | SYN_SENT
          SYN_SENT     | . 0:0(0) ack 5        | R 5:5(0) win 0         | SYN_SENT
          SYN_SENT     | R. 0:0(0) ack 1 win 0 | nothing                | CLOSED
          SYN_SENT     | R 0:0(0) win 0        | nothing                | SYN_SENT
          SYN_SENT     | F 0:0(0) win 9        | nothing                | SYN_SENT
          SYN_RECEIVED | S 0:0(0) win 9        | S. 0:0(0) ack 1 <...>  | SYN_RECEIVED
          SYN_RECEIVED | . 1:1(0) ack 1        | nothing                | ESTABLISHED
          SYN_RECEIVED | . 1:1(0) ack 5        | R 5:5(0) win 0         | SYN_RECEIVED
          SYN_RECEIVED | F. 1:1(0) ack 1       | . 1:1(0) ack 2         | CLOSE_WAIT
          SYN_RECEIVED | R 1:1(0) win 0        | nothing                | LISTEN
          SYN_RECEIVED | P 1:11(10) win 9      | nothing                | SYN_RECEIVED
          ESTABLISHED  | S 1:1(0) win 9        | . 1:1(0) ack 1         | ESTABLISHED
          ESTABLISHED  | S. 0:0(0) ack 1       | . 1:1(0) ack 1         | ESTABLISHED
          ESTABLISHED  | . 1:1(0) ack 1        | nothing                | ESTABLISHED
          ESTABLISHED  | P. 1:11(10) ack 1     | . 1:1(0) ack 11        | ESTABLISHED
          ESTABLISHED  | F. 1:1(0) ack 1       | . 1:1(0) ack 2         | CLOSE_WAIT
          ESTABLISHED  | FP. 1:11(10) ack 1    | . 1:1(0) ack 12        | CLOSE_WAIT
          ESTABLISHED  | R 1:1(0) win 0        | nothing                | CLOSED
          ESTABLISHED  | R 2:2(0) win 0        | . 1:1(0) ack 1         | ESTABLISHED
          ESTABLISHED  | SF 1:1(0) win 9       | . 1:1(0) ack 1         | ESTABLISHED
          ESTABLISHED  | - 1:1(0) win 9        | nothing                | ESTABLISHED
          FIN_WAIT_1   | S 1:1(0) win 9        | . 2:2(0) ack 1         | FIN_WAIT_1
          FIN_WAIT_1   | . 1:1(0) ack 2        | nothing                | FIN_WAIT_2
          FIN_WAIT_1   | P. 1:11(10) ack 1     | . 2:2(0) ack 11        | FIN_WAIT_1
          FIN_WAIT_1   | P. 1:11(10) ack 2     | . 2:2(0) ack 11        | FIN_WAIT_2
          FIN_WAIT_1   | F. 1:1(0) ack 1       | . 2:2(0) ack 2         | CLOSING
          FIN_WAIT_1   | F. 1:1(0) ack 2       | . 2:2(0) ack 2         | TIME_WAIT
          FIN_WAIT_1   | R 1:1(0) win 0        | nothing                | CLOSED
          FIN_WAIT_2   | S 1:1(0) win 9        | . 2:2(0) ack 1         | FIN_WAIT_2
          FIN_WAIT_2   | P. 1:11(10) ack 2     | . 2:2(0) ack 11        | FIN_WAIT_2
          FIN_WAIT_2   | F. 1:1(0) ack 2       | . 2:2(0) ack 2         | TIME_WAIT
          FIN_WAIT_2   | R 1:1(0) win 0        | nothing                | CLOSED
          CLOSE_WAIT   | S 2:2(0) win 9        | . 1:1(0) ack 2         | CLOSE_WAIT
          CLOSE_WAIT   | . 2:2(0) ack 1        | nothing                | CLOSE_WAIT
          CLOSE_WAIT   | P. 2:12(10) ack 1     | . 1:1(0) ack 2         | CLOSE_WAIT
          CLOSE_WAIT   | F. 1:1(0) ack 1       | . 1:1(0) ack 2         | CLOSE_WAIT
          CLOSE_WAIT   | R 2:2(0) win 0        | nothing                | CLOSED
          CLOSING      | S 2:2(0) win 9        | . 2:2(0) ack 2         | CLOSING
          CLOSING      | . 2:2(0) ack 2        | nothing                | TIME_WAIT
          CLOSING      | F. 1:1(0) ack 1       | . 2:2(0) ack 2         | CLOSING
          CLOSING      | R 2:2(0) win 0        | nothing                | CLOSED
          LAST_ACK     | S 2:2(0) win 9        | . 2:2(0) ack 2         | LAST_ACK
          LAST_ACK     | . 2:2(0) ack 2        | nothing                | CLOSED
          LAST_ACK     | F. 1:1(0) ack 1       | . 2:2(0) ack 2         | LAST_ACK
          LAST_ACK     | R 2:2(0) win 0        | nothing                | CLOSED
          TIME_WAIT    | S 2:2(0) win 9        | . 2:2(0) ack 2         | TIME_WAIT
          TIME_WAIT    | S 3:3(0) win 9        | S. 0:0(0) ack 4 <...>  | SYN_RECEIVED
          TIME_WAIT    | . 2:2(0) ack 2        | nothing                | TIME_WAIT
          TIME_WAIT    | P. 2:12(10) ack 2     | . 2:2(0) ack 2         | TIME_WAIT
          TIME_WAIT    | F. 1:1(0) ack 2       | . 2:2(0) ack 2         | TIME_WAIT
          TIME_WAIT    | R 2:2(0) win 0        | nothing                | CLOSED
          """)
  void everySegmentHasItsAnswer(TcpState from, String segment, String reply, TcpState to) {
    reach(from);
    boolean opensAnew =
        from == TcpState.CLOSED || (from == TcpState.TIME_WAIT && reply.startsWith("S"));
    if (opensAnew) {
      peer.forgetConnection();
    }
    peer.sends(segment);
    if (!reply.equals(NOTHING)) {
      peer.expects(reply);
    }
    peer.expectsNothing();
    TcpState expected = to == TcpState.CLOSED && from != TcpState.CLOSED ? afterEnd(from) : to;
    assertEquals(expected, state());
  }

  /** Where the listener is still there after the connection, it is what the dump shows. */
  private static TcpState afterEnd(TcpState from) {
    return from == TcpState.SYN_SENT ? TcpState.CLOSED : TcpState.LISTEN;
  }
}
