package dev.sidestep.stack.socket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The acknowledgement of the last byte gives the page of a send queue back while the application
 * writes into it. The byte written must survive.
 */
@JCStressTest
@Outcome(id = "7", expect = Expect.ACCEPTABLE, desc = "the byte is there")
@Outcome(expect = Expect.FORBIDDEN, desc = "the byte was lost")
@State
public class SendQueueRelease {

  /** Enough for all states that the harness keeps alive at once. */
  private static final SocketMemory MEMORY = new SocketMemory(Arena.global(), 1 << 30);

  private static final MemorySegment ROOM = Arena.global().allocate(64);

  private final SocketSendQueue queue = new SocketSendQueue(MEMORY, 1024, () -> {});
  private final ByteBuffer source = ByteBuffer.wrap(new byte[] {5, 7});

  public SendQueueRelease() {
    source.limit(1);
    queue.write(source);
  }

  @Actor
  public void writer() {
    source.limit(2);
    queue.write(source);
  }

  @Actor
  public void owner() {
    queue.acknowledge(1);
  }

  @Arbiter
  public void check(I_Result result) {
    queue.copyTo(1, ROOM, 0, 1);
    result.r1 = ROOM.get(ValueLayout.JAVA_BYTE, 0);
    queue.close();
  }
}
