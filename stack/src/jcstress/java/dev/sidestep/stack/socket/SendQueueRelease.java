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
 * The acknowledgement of the last byte gives the page of a send queue back while the application
 * writes into it. The byte written must survive, and an empty queue hold no page.
 */
@JCStressTest
@Outcome(id = "7, 0", expect = Expect.ACCEPTABLE, desc = "the byte is there, then no page")
@Outcome(expect = Expect.FORBIDDEN, desc = "the byte was lost, or a page")
@State
public class SendQueueRelease {

  private static final MemorySegment ROOM = Arena.global().allocate(64);

  private final SocketMemory memory = TinyMemory.take();
  private final SocketSendQueue queue = new SocketSendQueue(memory, 1024, () -> {});
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
  public void check(II_Result result) {
    queue.copyTo(1, ROOM, 0, 1);
    result.r1 = ROOM.get(ValueLayout.JAVA_BYTE, 0);
    queue.acknowledge(2);
    result.r2 = (int) memory.usedBytes();
    TinyMemory.giveBack(memory);
  }
}
