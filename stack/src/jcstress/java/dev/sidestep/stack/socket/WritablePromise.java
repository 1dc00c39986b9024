package dev.sidestep.stack.socket;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A selector asks a queue whether it is writable while others use all socket memory up: if it was
 * told so, the next write takes something.
 */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "it was writable and takes a byte")
@Outcome(id = "false, .*", expect = Expect.ACCEPTABLE, desc = "it was not said to be writable")
@Outcome(expect = Expect.FORBIDDEN, desc = "somebody was woken for nothing")
@State
public class WritablePromise {

  private final SocketMemory memory = TinyMemory.take();
  private final List<Page> taken = new ArrayList<>();
  private final SocketSendQueue queue = new SocketSendQueue(memory, 1 << 20, () -> {});
  private volatile boolean writable;

  public WritablePromise() {
    queue.write(ByteBuffer.allocate(1));
  }

  @Actor
  public void selector() {
    writable = queue.isWritable();
  }

  @Actor
  public void others() {
    for (Page page = memory.take(0); page != null; page = memory.take(0)) {
      taken.add(page);
    }
  }

  @Arbiter
  public void check(ZZ_Result result) {
    result.r1 = writable;
    result.r2 = queue.write(ByteBuffer.allocate(1)) == 1;
    queue.close();
    taken.forEach(memory::give);
    TinyMemory.giveBack(memory);
  }
}
