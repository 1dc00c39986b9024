package dev.sidestep.stack.socket;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread takes the page on top while another takes two and gives the first of them back, which
 * puts the same page on top of something else. Nobody may get a page that another has, and all are
 * there in the end.
 */
@JCStressTest
@Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "every page once")
@Outcome(expect = Expect.FORBIDDEN, desc = "a page twice, or lost")
@State
public class FreePagesExchange {

  private static final int PAGES = 3;
  private static final MemorySegment MEMORY =
      MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1)).asReadOnly();

  private final FreePages free = new FreePages();
  private @Nullable Page one;
  private @Nullable Page other;

  public FreePagesExchange() {
    for (int i = 0; i < PAGES; i++) {
      Page page = new Page(i, MEMORY);
      free.admit(page);
      free.push(page);
    }
  }

  @Actor
  public void taker() {
    one = free.pop();
  }

  @Actor
  public void exchanger() {
    Page first = free.pop();
    other = free.pop();
    if (first != null) {
      free.push(first);
    }
  }

  @Arbiter
  public void count(I_Result result) {
    int[] seen = new int[PAGES];
    count(seen, one);
    count(seen, other);
    for (Page page = free.pop(); page != null; page = free.pop()) {
      count(seen, page);
    }
    for (int times : seen) {
      result.r1 += times == 1 ? 1 : 0;
    }
  }

  private static void count(int[] seen, @Nullable Page page) {
    if (page != null) {
      seen[page.number]++;
    }
  }
}
