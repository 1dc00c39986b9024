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
 * Two urgent bytes arrive one after the other, and an ordinary one, while a reader who has not
 * asked for urgent data reads: it sees the ordinary one alone.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing yet")
@Outcome(id = "0, 3", expect = Expect.ACCEPTABLE, desc = "at the second read")
@Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "at the first read")
@Outcome(expect = Expect.FORBIDDEN, desc = "an urgent byte was read")
@State
public class UrgentByteHandOver {

  /** Enough for all states that the harness keeps alive at once. */
  private static final SocketMemory MEMORY = new SocketMemory(Arena.global(), 1 << 30);

  private static final MemorySegment SOURCE =
      Arena.global().allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {1, 2, 3});

  private final StreamOptions options = new StreamOptions();
  private final SocketReceiveQueue queue = new SocketReceiveQueue(MEMORY, 1024);
  private final ByteBuffer destination = ByteBuffer.allocate(8);

  @Actor
  public void owner() {
    for (int i = 0; i < 2; i++) {
      queue.markUrgent(i, options);
      queue.store(i, SOURCE, i, 1);
      queue.publish(i + 1);
    }
    queue.store(2, SOURCE, 2, 1);
    queue.publish(3);
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

  /** The bytes that were read as decimal digits. */
  private int read() {
    destination.clear();
    queue.read(destination);
    int digits = 0;
    for (int i = 0; i < destination.position(); i++) {
      digits = 10 * digits + destination.get(i);
    }
    return digits;
  }
}
