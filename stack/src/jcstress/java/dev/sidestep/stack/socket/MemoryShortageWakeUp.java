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
 * A queue finds that there is no socket memory for it while another gives some back: either it sees
 * that there is some again, or it is told.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "it saw the memory")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "it saw the memory and was told")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "it was told")
@Outcome(expect = Expect.FORBIDDEN, desc = "it waits for ever")
@State
public class MemoryShortageWakeUp {

  private final SocketMemory memory = TinyMemory.take();
  private final List<Page> held = new ArrayList<>();
  private final SocketSendQueue queue =
      new SocketSendQueue(memory, 1 << 20, () -> this.told = true);
  private volatile boolean told;
  private volatile boolean writable;

  public MemoryShortageWakeUp() {
    for (Page page = memory.take(0); page != null; page = memory.take(0)) {
      held.add(page);
    }
  }

  @Actor
  public void writer() {
    writable = queue.isWritable();
  }

  @Actor
  public void giver() {
    memory.give(held.removeLast());
  }

  @Arbiter
  public void check(ZZ_Result result) {
    result.r1 = writable && queue.write(ByteBuffer.allocate(1)) == 1;
    result.r2 = told;
    queue.close();
    held.forEach(memory::give);
    TinyMemory.giveBack(memory);
  }
}
