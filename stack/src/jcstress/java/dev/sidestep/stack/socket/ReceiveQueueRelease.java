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
 * A reader drains a receive queue, which gives its page back, while the shard's owner stores the
 * next byte. That byte must be there.
 */
@JCStressTest
@Outcome(id = "57", expect = Expect.ACCEPTABLE, desc = "both bytes in order")
@Outcome(expect = Expect.FORBIDDEN, desc = "a byte was lost")
@State
public class ReceiveQueueRelease {

  /** Enough for all states that the harness keeps alive at once. */
  private static final SocketMemory MEMORY = new SocketMemory(Arena.global(), 1 << 30);

  private static final MemorySegment SOURCE =
      Arena.global().allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {5, 7});

  private final SocketReceiveQueue queue = new SocketReceiveQueue(MEMORY, 1024);
  private final ByteBuffer destination = ByteBuffer.allocate(2);

  public ReceiveQueueRelease() {
    queue.store(0, SOURCE, 0, 1);
    queue.publish(1);
  }

  @Actor
  public void owner() {
    queue.store(1, SOURCE, 1, 1);
    queue.publish(2);
  }

  @Actor
  public void reader() {
    queue.read(destination);
  }

  @Arbiter
  public void check(I_Result result) {
    queue.read(destination);
    result.r1 = destination.get(0) * 10 + destination.get(1);
    queue.close();
  }
}
