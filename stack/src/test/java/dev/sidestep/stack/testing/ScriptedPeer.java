package dev.sidestep.stack.testing;

import dev.sidestep.stack.testing.TcpOption.Origins;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The other end of one connection, following a script in the notation of {@link Segment}:
 *
 * <pre>{@code
 * peer.sends("S 0:0(0) win 65535 <mss 1460>");
 * peer.expects("S. 0:0(0) ack 1 win * <mss 1460>");
 * peer.sends(". 1:1(0) ack 1 win 65535");
 * }</pre>
 *
 * Payload follows {@link StreamPattern} in both directions, byte 0 of the pattern being relative
 * sequence number 1; every received byte is checked. The stack's timestamps count from its first
 * segment, in the units of its clock; the peer's are sent as written.
 */
public final class ScriptedPeer {

  private static final int MAX_SEGMENT_BYTES = 9000;

  private final TcpStory story;
  private final PeerNetwork network;
  private final int peerPort;
  private final int initialSequence;
  private final Deque<Arrival> arrivals = new ArrayDeque<>();

  private int stackPort;
  private @Nullable Integer stackInitialSequence;
  private @Nullable Integer stackFirstTimestamp;

  private record Arrival(Segment segment, long nanos, @Nullable String defect) {}

  ScriptedPeer(
      TcpStory story, PeerNetwork network, int peerPort, int stackPort, int initialSequence) {
    this.story = story;
    this.network = network;
    this.peerPort = peerPort;
    this.stackPort = stackPort;
    this.initialSequence = initialSequence;
    network.add(this);
  }

  boolean isAt(int fromStackPort, int toPeerPort) {
    return fromStackPort == stackPort && toPeerPort == peerPort;
  }

  /** Starts anew with the same ports: forgets where the stack's streams started. */
  public void forgetConnection() {
    stackInitialSequence = null;
    stackFirstTimestamp = null;
  }

  /** Believes that the stack's stream starts where the one to another peer does. */
  public void takesSequenceFrom(ScriptedPeer other) {
    stackInitialSequence = other.stackInitialSequence;
  }

  /** Sends a segment and lets the stack handle it. */
  public void sends(String notation) {
    sends(notation, 0);
  }

  /** Sends a segment that waits in the stack's ring until the stack looks there by itself. */
  public void sendsUnnoticed(String notation) {
    put(Segment.parse(notation), 0);
  }

  /** The same as {@link #sends}, with every payload byte other than it should be. */
  public void sendsForgedPayload(String notation) {
    sends(notation, 0xff);
  }

  /**
   * The same as {@link #sends} with one bit of TCP header or payload flipped on the way.
   *
   * @param bit counted from the first bit of the header
   */
  public void sendsWithFlippedBit(String notation, int bit) {
    network.record("< " + notation + " with bit " + bit + " flipped");
    network.sendFlipped(encode(Segment.parse(notation), 0), bit);
    story.settle();
  }

  private void sends(String notation, int payloadMask) {
    put(Segment.parse(notation), payloadMask);
    story.settle();
  }

  private void put(Segment segment, int payloadMask) {
    network.record("< " + segment);
    network.send(encode(segment, payloadMask));
  }

  private byte[] encode(Segment segment, int payloadMask) {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_SEGMENT_BYTES);
    bytes.position(TcpHeader.MIN_LENGTH_BYTES);
    Origins origins = originsOfSent(segment);
    for (TcpOption option : Objects.requireNonNullElse(segment.options(), List.<TcpOption>of())) {
      option.encode(bytes, origins);
    }
    while (bytes.position() % 4 != 0) {
      bytes.put((byte) 0);
    }
    int headerBytes = bytes.position();
    for (int i = 0; i < segment.lengthBytes(); i++) {
      bytes.put((byte) (StreamPattern.byteAt(segment.sequence() - 1L + i) ^ payloadMask));
    }
    MemorySegment memory = MemorySegment.ofBuffer(bytes.duplicate().flip());
    Integer ack = segment.acknowledgment();
    TcpHeader.write(
        memory,
        0,
        peerPort,
        stackPort,
        segment.sequence() + origins.sequence(),
        ack == null ? 0 : ack + origins.ackedSequence(),
        headerBytes,
        segment.flags(),
        Objects.requireNonNullElse(segment.window(), 0xffff));
    TcpHeader.setUrgentPointer(memory, 0, segment.urgentPointer());
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private Origins originsOfSent(Segment segment) {
    // A first SYN has nothing to echo: its 0 is a 0.
    boolean echoes = segment.has(TcpHeader.ACK) || segment.has(TcpHeader.RST);
    return new Origins(
        initialSequence,
        Objects.requireNonNullElse(stackInitialSequence, 0),
        0,
        echoes ? Objects.requireNonNullElse(stackFirstTimestamp, 0) : 0);
  }

  /** Takes a segment from the stack. */
  void receive(byte[] bytes) {
    MemorySegment memory = MemorySegment.ofArray(bytes);
    int flags = TcpHeader.flags(memory, 0);
    if ((flags & TcpHeader.SYN) != 0 && stackInitialSequence == null) {
      stackInitialSequence = TcpHeader.seq(memory, 0);
    }
    int headerBytes = TcpHeader.headerLength(memory, 0);
    int optionBytes = headerBytes - TcpHeader.MIN_LENGTH_BYTES;
    List<TcpOption> options =
        TcpOption.decode(
            ByteBuffer.wrap(bytes, TcpHeader.MIN_LENGTH_BYTES, optionBytes).slice(),
            originsOfReceived(bytes, optionBytes));
    int stackStart = Objects.requireNonNullElse(stackInitialSequence, 0);
    boolean ack = (flags & TcpHeader.ACK) != 0;
    Segment segment =
        new Segment(
            flags,
            TcpHeader.seq(memory, 0) - stackStart,
            bytes.length - headerBytes,
            ack ? Integer.valueOf(TcpHeader.ack(memory, 0) - initialSequence) : null,
            TcpHeader.window(memory, 0),
            TcpHeader.urgentPointer(memory, 0),
            options);
    network.record("> " + segment);
    arrivals.add(new Arrival(segment, story.nanos(), payloadDefect(segment, bytes, headerBytes)));
  }

  private Origins originsOfReceived(byte[] bytes, int optionBytes) {
    if (stackFirstTimestamp == null) {
      Origins absolute = new Origins(0, 0, 0, 0);
      ByteBuffer options = ByteBuffer.wrap(bytes, TcpHeader.MIN_LENGTH_BYTES, optionBytes).slice();
      for (TcpOption option : TcpOption.decode(options, absolute)) {
        if (option.kind() == TcpOption.Kind.TS) {
          stackFirstTimestamp = option.values().get(0).intValue();
        }
      }
    }
    return new Origins(0, initialSequence, Objects.requireNonNullElse(stackFirstTimestamp, 0), 0);
  }

  private static @Nullable String payloadDefect(Segment segment, byte[] bytes, int headerBytes) {
    long position = segment.sequence() - 1L;
    ByteBuffer payload = ByteBuffer.wrap(bytes, headerBytes, bytes.length - headerBytes);
    long wrong = StreamPattern.firstDifference(payload, position);
    return wrong < 0 ? null : "wrong payload from sequence number " + (wrong + 1);
  }

  /** The stack's next segment is this one, and it has been sent already. */
  public void expects(String notation) {
    story.settle();
    Arrival arrival = arrivals.poll();
    if (arrival == null) {
      throw network.failure("expected " + notation + "\nbut the stack sent nothing");
    }
    compare(notation, arrival);
  }

  /** The stack sends nothing until exactly {@code nanos} from now, and then this. */
  public void expectsAfter(long nanos, String notation) {
    expectsNothing();
    long due = story.nanos() + nanos;
    story.runUntil(due, () -> !arrivals.isEmpty());
    Arrival arrival = arrivals.poll();
    if (arrival == null) {
      throw network.failure("expected by now " + notation + "\nbut the stack sent nothing");
    }
    compare(notation, arrival);
    if (arrival.nanos != due) {
      throw network.failure(
          "expected %.6f s later, but it came %.6f s too early: %s"
              .formatted(nanos / 1e9, (due - arrival.nanos) / 1e9, arrival.segment));
    }
  }

  private void compare(String notation, Arrival arrival) {
    Segment expected = Segment.parse(notation);
    if (!expected.matches(arrival.segment)) {
      throw network.failure("expected " + expected + "\nbut got  " + arrival.segment);
    }
    if (arrival.defect != null) {
      throw network.failure(arrival.defect + " in " + arrival.segment);
    }
  }

  /** Everything the stack has sent was expected. */
  public void expectsNothing() {
    story.settle();
    Arrival arrival = arrivals.peek();
    if (arrival != null) {
      throw network.failure("expected nothing, but the stack sent " + arrival.segment);
    }
  }

  /** The stack sends nothing for {@code nanos}. */
  public void expectsNothingFor(long nanos) {
    expectsNothing();
    story.after(nanos);
    expectsNothing();
  }

  /** Forgets what the stack has sent, because it is not what this test is about. */
  public int ignoresWhatCame() {
    story.settle();
    int count = arrivals.size();
    arrivals.clear();
    return count;
  }
}
