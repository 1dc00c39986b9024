package dev.sidestep.stack.tcp;

import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/** Segments for a connection in TIME-WAIT (Linux: tcp_timewait_state_process). */
final class TimeWaitInput {

  private final TcpContext context;
  private final SegmentSender sender;
  private final ConnectionTeardown teardown;
  private final PassiveOpen passiveOpen;

  TimeWaitInput(
      TcpContext context,
      SegmentSender sender,
      ConnectionTeardown teardown,
      PassiveOpen passiveOpen) {
    this.context = context;
    this.sender = sender;
    this.teardown = teardown;
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
    boolean timestamped = record.timestamps && seg.options.timestampPresent;
    int timestampAhead = SequenceNumber.diff(seg.options.timestampValue, record.tsRecent);
    boolean old = timestamped && timestampAhead < 0;
    boolean reset = seg.has(TcpHeader.RST);
    if (!old && seg.segSeq == record.rcvNxt && (reset || seg.segLen() == 0)) {
      arrivesInOrder(record, seg, timestamped, nowNanos);
      return;
    }
    boolean opens = seg.has(TcpHeader.SYN) && !seg.has(TcpHeader.ACK) && !reset;
    boolean newer =
        SequenceNumber.gt(seg.segSeq, record.rcvNxt) || (timestamped && timestampAhead > 0);
    if (opens && !old && newer && listener != null) {
      // RFC 6191 §2, RFC 9293 MAY-2.
      int previousSndNxt = record.sndNxt;
      teardown.endTimeWait(record);
      passiveOpen.reopen(listener, seg, packet, previousSndNxt, nowNanos);
      return;
    }
    context.counters.drop(old ? DropReason.TCP_PAWS : DropReason.TCP_OUTSIDE_WINDOW);
    if (reset) {
      return;
    }
    if (old || seg.has(TcpHeader.ACK)) {
      // But not for a SYN, which may be a new one that only looks old.
      restart(record, nowNanos);
    }
    acknowledge(record, nowNanos);
  }

  /**
   * The peer's last ACK once more, which is not answered, since that could start a loop, or a RST.
   * A peer sends that when our ACK answers its SYN, and then the SYN again, so as in Linux
   * (tcp_rfc1337 off) it ends the time.
   */
  private void arrivesInOrder(
      TimeWaitRecord record, SegmentInfo seg, boolean timestamped, long nowNanos) {
    if (seg.has(TcpHeader.RST)) {
      teardown.endTimeWait(record);
      return;
    }
    if (timestamped) {
      record.tsRecent = seg.options.timestampValue;
    }
    restart(record, nowNanos);
  }

  private void restart(TimeWaitRecord record, long nowNanos) {
    record.expiresNanos = nowNanos + context.config.timeWaitNanos();
  }

  private void acknowledge(TimeWaitRecord record, long nowNanos) {
    if (nowNanos < record.nextChallengeNanos) {
      return;
    }
    record.nextChallengeNanos = nowNanos + TcpInput.CHALLENGE_INTERVAL_NANOS;
    sendAck(record, nowNanos);
  }

  private void sendAck(TimeWaitRecord record, long nowNanos) {
    boolean sent =
        sender.sendAck(
            record,
            record.sndNxt,
            record.rcvNxt,
            record.windowField,
            record.timestamps,
            (int) (nowNanos / 1_000_000) + record.timestampOffset,
            record.tsRecent,
            nowNanos);
    record.ackPending = !sent;
    if (!sent) {
      context.touched.add(record);
    }
  }

  /** Sends the ACK for which there was no buffer. */
  void finish(TimeWaitRecord record, long nowNanos) {
    if (record.ackPending) {
      sendAck(record, nowNanos);
    }
  }
}
