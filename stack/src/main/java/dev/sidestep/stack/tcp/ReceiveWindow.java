package dev.sidestep.stack.tcp;

import dev.sidestep.stack.socket.SocketReceiveQueue;
import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.wire.TcpOptions;

/** Which window to announce (Linux: tcp_select_window). */
final class ReceiveWindow {

  private static final int MAX_FIELD = 0xffff;

  private ReceiveWindow() {}

  /** Capacity a receive queue starts with. */
  static int initialCapacityBytes(StreamOptions options, TcpConfig config) {
    int set = options.receiveBufferBytes;
    return set > 0 ? set : config.receiveBufferBytes();
  }

  /**
   * The shift to offer: it must do for the largest the queue may become (RFC 7323 §2.3), which is
   * what the application has set, if it has, as in Linux (tcp_select_initial_window). A small queue
   * could not be told of in large units.
   */
  static int scale(StreamOptions options, TcpConfig config) {
    int set = options.receiveBufferBytes;
    int largest = set > 0 ? set : config.maxBufferBytes();
    int scale = 0;
    while (scale < TcpOptions.MAX_WINDOW_SCALE && (MAX_FIELD << scale) < largest) {
      scale++;
    }
    return scale;
  }

  /** The largest window that can be announced. */
  static int maxBytes(TransmissionControlBlock tcb) {
    return MAX_FIELD << tcb.rcvWindowScale;
  }

  /** The window field of a SYN, which is never scaled (RFC 7323 §2.2). */
  static int synField(int capacityBytes) {
    return Math.min(capacityBytes, MAX_FIELD);
  }

  /** The window field of the SYN of a connection whose queue starts as these say. */
  static int synField(StreamOptions options, TcpConfig config) {
    return synField(initialCapacityBytes(options, config));
  }

  /**
   * The window field for the segment being sent; remembers what it promises.
   *
   * <p>The right edge moves only in steps worth a segment (receiver's silly window avoidance, RFC
   * 9293 §3.8.6.2.2, MUST-39), and never backwards (SHLD-14). Scaling rounds down, so the peer may
   * see it go back by less than one unit, which RFC 7323 §2.4 allows for; we still take what was
   * promised before.
   */
  static int select(TransmissionControlBlock tcb) {
    SocketReceiveQueue queue = tcb.receiveQueue();
    int capacity = queue.limitBytes();
    int edge =
        tcb.discarding
            ? tcb.rcvNxt + capacity
            : SequenceNumber.atPosition(tcb.irs, queue.head() + capacity);
    int gain = SequenceNumber.diff(edge, tcb.rcvAdvertised);
    int offered = gain >= Math.min(capacity / 2, tcb.mssBytes) ? edge : tcb.rcvAdvertised;
    int window = Math.max(0, SequenceNumber.diff(offered, tcb.rcvNxt));
    int field = Math.min(window >>> tcb.rcvWindowScale, MAX_FIELD);
    promise(tcb, field << tcb.rcvWindowScale);
    tcb.windowField = field;
    return field;
  }

  /** Remembers that the peer may send {@code windowBytes} from RCV.NXT on. */
  static void promise(TransmissionControlBlock tcb, int windowBytes) {
    tcb.rcvAdvertised = SequenceNumber.max(tcb.rcvAdvertised, tcb.rcvNxt + windowBytes);
    if (!tcb.discarding) {
      tcb.receiveQueue().setAdvertisedEdge(tcb.receivePosition(tcb.rcvAdvertised));
    }
  }
}
