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
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The shard's owner stores two bytes and the end of the stream while an application thread reads.
 * The reader sees a prefix, never other bytes, and the end only after both.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing yet")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the first byte")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "both bytes, in two reads")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "the first byte, at the second read")
@Outcome(id = "12, 0", expect = Expect.ACCEPTABLE, desc = "both bytes, the end not yet seen")
@Outcome(id = "12, -1", expect = Expect.ACCEPTABLE, desc = "both bytes, then the end")
@Outcome(id = "0, 12", expect = Expect.ACCEPTABLE, desc = "both bytes, at the second read")
@Outcome(expect = Expect.FORBIDDEN, desc = "bytes that were never sent, or an early end")
@State
public class ReceiveQueueHandOver {

  /** Enough for all states that the harness keeps alive at once. */
  private static final SocketMemory MEMORY = new SocketMemory(Arena.global(), 1 << 30);

  private static final MemorySegment SOURCE =
      Arena.global().allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {1, 2});

  private final SocketReceiveQueue queue = new SocketReceiveQueue(MEMORY, 1024);
  private final ByteBuffer destination = ByteBuffer.allocate(8);

  @Actor
  public void owner() {
    queue.store(0, SOURCE, 0, 1);
    queue.publish(1);
    queue.store(1, SOURCE, 1, 1);
    queue.publish(2);
    queue.finish();
  }

  @Actor
  public void reader(II_Result result) {
    result.r1 = read();
    result.r2 = read();
  }

  @Arbiter
  public void giveMemoryBack(II_Result unused) {
    queue.close();
  }

  private int read() {
    destination.clear();
    int count = queue.read(destination);
    return switch (count) {
      case 1 -> destination.get(0);
      case 2 -> destination.get(0) * 10 + destination.get(1);
      default -> count;
    };
  }
}
