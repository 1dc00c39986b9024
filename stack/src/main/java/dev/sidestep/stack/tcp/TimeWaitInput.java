package dev.sidestep.stack.tcp;

import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/** Segments for a connection in TIME-WAIT (Linux: tcp_timewait_state_process). */
final class TimeWaitInput {

  private final TcpContext context;
  private final SegmentSender sender;
  private final ConnectionEnd end;
  private final PassiveOpen passiveOpen;

  TimeWaitInput(
      TcpContext context, SegmentSender sender, ConnectionEnd end, PassiveOpen passiveOpen) {
    this.context = context;
    this.sender = sender;
    this.end = end;
    this.passiveOpen = passiveOpen;
  }

  /**
   * Handles a segment.
   *
   * @param listener who listens on this port, or null
   */
  void segmentArrives(
      TimeWaitRecord record,
      @Nullable Listener listener,
      SegmentInfo seg,
      IpPacket packet,
      long nowNanos) {
    if (seg.has(TcpHeader.RST)) {
      // RFC 1337 §3: a RST must not end TIME-WAIT, or old data could get into a new connection.
      context.counters.drop(DropReason.TCP_BAD_RST);
      return;
    }
    boolean timestamped = record.timestamps && seg.options.timestampPresent;
    int timestampAhead = SequenceNumber.diff(seg.options.timestampValue, record.tsRecent);
    boolean opens = seg.has(TcpHeader.SYN) && !seg.has(TcpHeader.ACK);
    boolean newer = timestamped ? timestampAhead > 0 : SequenceNumber.gt(seg.segSeq, record.rcvNxt);
    if (opens && newer && listener != null) {
      // RFC 6191 §2, MAY-2.
      int previousSndNxt = record.sndNxt;
      end.endTimeWait(record);
      passiveOpen.reopen(listener, seg, packet, previousSndNxt, nowNanos);
      return;
    }
    if (timestamped && timestampAhead < 0) {
      context.counters.drop(DropReason.TCP_PAWS);
    } else if (seg.segLen() == 0 && seg.segSeq == record.rcvNxt) {
      // The peer's last ACK: in order, so no answer, which could start a loop.
      return;
    } else {
      context.counters.drop(DropReason.TCP_OUTSIDE_WINDOW);
      restartIfFin(record, seg, nowNanos);
    }
    acknowledge(record, nowNanos);
  }

  /** RFC 9293 §3.10.7.4: the peer's FIN has come again, so it has not got our ACK. */
  private void restartIfFin(TimeWaitRecord record, SegmentInfo seg, long nowNanos) {
    if (seg.has(TcpHeader.FIN) && seg.endSeq() == record.rcvNxt) {
      record.expiresNanos = nowNanos + context.config.timeWaitNanos();
    }
  }

  private void acknowledge(TimeWaitRecord record, long nowNanos) {
    if (nowNanos < record.nextChallengeNanos) {
      return;
    }
    record.nextChallengeNanos = nowNanos + TcpInput.CHALLENGE_INTERVAL_NANOS;
    sender.sendAck(
        record,
        record.sndNxt,
        record.rcvNxt,
        record.windowField,
        record.timestamps,
        (int) (nowNanos / 1_000_000) + record.timestampOffset,
        record.tsRecent,
        nowNanos);
  }
}
