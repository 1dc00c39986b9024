package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketReceiveQueue;
import dev.sidestep.stack.wire.TcpHeader;

/**
 * Seventh and eighth step of RFC 9293 §3.10.7.4: the segment's text and FIN (tcp_data_queue).
 *
 * <p>Bytes go to their place in the receive queue whatever order they come in. Where segments
 * overlap, the bytes that came last count, as long as the application has not seen them.
 */
final class TextInput {

  private final TcpContext context;
  private final TcpOutput output;
  private final ConnectionTeardown teardown;

  TextInput(TcpContext context, TcpOutput output, ConnectionTeardown teardown) {
    this.context = context;
    this.output = output;
    this.teardown = teardown;
  }

  /** Handles text and FIN of an acceptable segment. */
  void process(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    if (seg.payloadBytes == 0 && !seg.has(TcpHeader.FIN)) {
      return;
    }
    if (!tcb.canReceive()) {
      // After the peer's FIN nothing can follow; an old copy is acknowledged again.
      output.acknowledgeLater(tcb);
      return;
    }
    if (tcb.orphaned && isNewText(tcb, seg)) {
      // Nobody will ever read it, so say so (RFC 9293 §3.6.1, RFC 2525 §2.17, Linux).
      context.counters.drop(DropReason.TCP_AFTER_CLOSE);
      teardown.abort(tcb, nowNanos);
      return;
    }
    trimToWindow(tcb, seg);
    if (seg.has(TcpHeader.FIN)) {
      tcb.finPending = true;
      tcb.finSeq = seg.textEndSeq();
    }
    if (seg.payloadBytes > 0 && !takeText(tcb, seg, nowNanos)) {
      return;
    }
    if (tcb.finPending && tcb.rcvNxt == tcb.finSeq) {
      takeFin(tcb, nowNanos);
    } else if (seg.payloadBytes == 0) {
      // A FIN ahead of a hole, or text for a window that is shut.
      output.acknowledgeLater(tcb);
    }
  }

  private static boolean isNewText(TransmissionControlBlock tcb, SegmentInfo seg) {
    return seg.payloadBytes > 0 && SequenceNumber.gt(seg.textEndSeq(), tcb.rcvNxt);
  }

  /** Cuts off what we have already, and what we did not ask for (SHLD-31). */
  private static void trimToWindow(TransmissionControlBlock tcb, SegmentInfo seg) {
    int old = SequenceNumber.diff(tcb.rcvNxt, seg.segSeq);
    if (old > 0) {
      tcb.duplicates.add(seg.segSeq, SequenceNumber.min(tcb.rcvNxt, seg.textEndSeq()));
      seg.trimFront(Math.min(old, seg.payloadBytes));
    }
    int beyond = SequenceNumber.diff(seg.textEndSeq(), tcb.rcvAdvertised);
    if (beyond > 0) {
      seg.trimEnd(Math.min(beyond, seg.payloadBytes));
    }
  }

  /** Returns false if nothing could be done with the text. */
  private boolean takeText(TransmissionControlBlock tcb, SegmentInfo seg, long nowNanos) {
    boolean inOrder = seg.segSeq == tcb.rcvNxt;
    if (tcb.discarding) {
      discard(tcb, seg, inOrder);
      return true;
    }
    SocketReceiveQueue queue = tcb.receiveQueue();
    long start = tcb.receivePosition(seg.segSeq);
    if (!queue.store(start, seg.memory, seg.payloadOffset, seg.payloadBytes)) {
      context.counters.drop(DropReason.TCP_NO_MEMORY);
      output.acknowledgeLater(tcb);
      return false;
    }
    if (inOrder) {
      deliver(tcb, seg, start + seg.payloadBytes, nowNanos);
      return true;
    }
    return keepForLater(tcb, start, seg.payloadBytes, nowNanos);
  }

  private void deliver(TransmissionControlBlock tcb, SegmentInfo seg, long reached, long nowNanos) {
    SocketReceiveQueue queue = tcb.receiveQueue();
    long readable = reached;
    boolean fillsHole = !tcb.reassembly.isEmpty();
    if (fillsHole) {
      readable = tcb.reassembly.advance(reached);
    }
    context.counters.add(Counter.TCP_BYTES_RECEIVED, readable - queue.tail());
    tcb.rcvNxt = SequenceNumber.atPosition(tcb.irs, readable);
    boolean pushed = seg.has(TcpHeader.PSH);
    // Several segments that came as one are no measure of one (Linux: gso_size).
    int segmentBytes = Math.min(seg.payloadBytes, tcb.mssBytes);
    tcb.delayedAck.onDataReceived(segmentBytes, pushed, tcb.rtt.rtoNanos(), nowNanos);
    // Before a reader can drain the queue: he is to know whether that makes an ACK due.
    acknowledge(tcb, fillsHole, nowNanos);
    queue.publish(readable);
    teardown.signalLater(tcb, Readiness.READ);
    tcb.receiveTuning.onDataReceived(tcb, context.config, nowNanos);
  }

  private void acknowledge(TransmissionControlBlock tcb, boolean atOnce, long nowNanos) {
    int unacknowledged = SequenceNumber.diff(tcb.rcvNxt, tcb.lastAckSent);
    if (atOnce || tcb.delayedAck.isDue(unacknowledged)) {
      output.acknowledgeLater(tcb);
      return;
    }
    tcb.receiveQueue().setAckDueWhenDrained(tcb.delayedAck.isDueWhenDrained());
    if (tcb.delayedAckNanos == TimerEntry.NEVER) {
      tcb.delayedAckNanos = nowNanos + context.config.delayedAckNanos();
      context.timers.schedule(tcb, tcb.delayedAckNanos);
    }
  }

  /**
   * RFC 5681 §4.2: out of order means an ACK at once. With SACK one for all segments of a poll says
   * as much as many; without, the peer counts them.
   */
  private boolean keepForLater(
      TransmissionControlBlock tcb, long start, int lengthBytes, long nowNanos) {
    context.counters.increment(Counter.TCP_OUT_OF_ORDER_SEGMENTS);
    tcb.delayedAck.onDisorder();
    if (tcb.sackPermitted) {
      output.acknowledgeLater(tcb);
    } else {
      output.sendAck(tcb, nowNanos);
    }
    if (tcb.reassembly.contains(start, start + lengthBytes)) {
      int left = SequenceNumber.atPosition(tcb.irs, start);
      tcb.duplicates.add(left, left + lengthBytes);
    }
    if (!tcb.reassembly.add(start, start + lengthBytes)) {
      context.counters.drop(DropReason.TCP_REASSEMBLY_FULL);
      return false;
    }
    return true;
  }

  /** The application has shut its input down: acknowledge as if it read, and keep nothing. */
  private void discard(TransmissionControlBlock tcb, SegmentInfo seg, boolean inOrder) {
    context.counters.drop(DropReason.TCP_AFTER_CLOSE);
    if (inOrder) {
      tcb.rcvNxt += seg.payloadBytes;
    }
    output.acknowledgeLater(tcb);
  }

  /** Eighth step: the peer's stream has ended. */
  private void takeFin(TransmissionControlBlock tcb, long nowNanos) {
    tcb.finPending = false;
    tcb.rcvNxt++;
    if (!tcb.orphaned) {
      tcb.receiveQueue().finish();
    }
    teardown.signalLater(tcb, Readiness.READ);
    output.acknowledgeLater(tcb);
    switch (tcb.state) {
      case ESTABLISHED -> tcb.state = TcpState.CLOSE_WAIT;
      case FIN_WAIT_1 -> tcb.state = TcpState.CLOSING;
      default -> teardown.enterTimeWait(tcb, nowNanos);
    }
  }
}
