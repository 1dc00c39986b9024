package dev.sidestep.stack.testing;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.tcp.TcbSnapshot;
import dev.sidestep.stack.tcp.TcpState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must hold of every connection of one host whenever its poll loop has finished a round. */
public final class TcpInvariants {

  private final TcpHost host;

  /** How far each connection was ever allowed to send: the highest SND.UNA + SND.WND seen. */
  private final Map<List<Object>, Integer> sendLimits = new HashMap<>();

  /** Invariants of {@code host}, to be checked from the start of its connections on. */
  public TcpInvariants(TcpHost host) {
    this.host = host;
  }

  /** Checks every connection, and that the host has found no defect in itself. */
  public void check() {
    List<TcbSnapshot> connections = host.snapshot();
    sendLimits.keySet().retainAll(connections.stream().map(TcpInvariants::ends).toList());
    connections.forEach(this::check);
    if (host.dropped(DropReason.INTERNAL_ERROR) > 0) {
      throw new AssertionError("the stack has reported a defect in itself; see the log");
    }
  }

  private void check(TcbSnapshot tcb) {
    // RFC 9293 §3.3.1: SND.UNA =< SND.NXT, and what is in flight was once inside a window.
    int inFlight = tcb.sndNxt() - tcb.sndUna();
    require(inFlight >= 0, "SND.UNA is beyond SND.NXT", tcb);
    // SYN and FIN take a sequence number but no room; a zero-window probe may be one byte.
    require(tcb.sndNxt() - sendLimit(tcb) <= 1, "sent more than the peer ever allowed", tcb);
    require(inFlight <= tcb.sendQueueBytes() + 1, "more in flight than queued", tcb);
    require(tcb.sndWnd() >= 0, "negative send window", tcb);
    require(tcb.rcvWnd() >= 0, "negative receive window", tcb);
    // RFC 5681 §3.1: the loss window is one full segment, and nothing is smaller.
    boolean sends = tcb.congestionWindowBytes() != 0;
    require(
        !sends || tcb.congestionWindowBytes() >= tcb.mssBytes(), "cwnd is below one segment", tcb);
  }

  private int sendLimit(TcbSnapshot tcb) {
    List<Object> connection = ends(tcb);
    if (tcb.state() == TcpState.SYN_SENT || tcb.state() == TcpState.SYN_RECEIVED) {
      // The limit was that of an earlier connection of the same ends.
      sendLimits.remove(connection);
    }
    int edge = tcb.sndUna() + tcb.sndWnd();
    return sendLimits.merge(connection, edge, (old, now) -> now - old > 0 ? now : old);
  }

  private static List<Object> ends(TcbSnapshot tcb) {
    return List.of(tcb.localPort(), tcb.remoteAddress(), tcb.remotePort());
  }

  private static void require(boolean holds, String what, TcbSnapshot tcb) {
    if (!holds) {
      throw new AssertionError(what + ": " + tcb);
    }
  }
}
