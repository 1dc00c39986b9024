package dev.sidestep.provider.selector;

import dev.sidestep.stack.socket.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread goes to sleep in a selection that has a kernel channel while another thread gives it a
 * reason to return: {@code wakeup()}, a signal of the stack, a byte on the kernel's channel. All of
 * it is the real thing, the JDK's selector included, so a lost wake-up shows as a sleep that only
 * the timeout ends.
 */
public final class SelectorWakeUp {

  private static final long LOST_MILLIS = 10_000;

  private SelectorWakeUp() {}

  /** Somebody calls {@code wakeup()}. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "returned for its reason")
  @Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "slept until the timeout")
  @State
  public static class Asked extends Selection {
    @Actor
    public void selectingThread(I_Result result) {
      result.r1 = select();
    }

    @Actor
    public void waker() {
      selector.wakeup();
    }

    @Arbiter
    public void close(I_Result result) {
      close();
    }
  }

  /** The stack signals a key. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "returned for its reason")
  @Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "slept until the timeout")
  @State
  public static class Signalled extends Selection {
    @Actor
    public void selectingThread(I_Result result) {
      result.r1 = select();
    }

    @Actor
    public void shardOwner() {
      channel.readable = true;
      key.onReadiness(Readiness.READ);
    }

    @Arbiter
    public void close(I_Result result) {
      close();
    }
  }

  /** The kernel has something for its channel. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "returned for its reason")
  @Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "slept until the timeout")
  @State
  public static class ReadyOnKernel extends Selection {
    @Actor
    public void selectingThread(I_Result result) {
      result.r1 = select();
    }

    @Actor
    public void kernel() {
      write();
    }

    @Arbiter
    public void close(I_Result result) {
      close();
    }
  }

  /** A selector with one channel that is on the stack and on the kernel. */
  static class Selection {

    final SidestepSelector selector =
        new SidestepSelector(SelectorProvider.provider(), SelectorProvider.provider());
    final SignalledChannel channel = new SignalledChannel();
    final SidestepSelectionKey key;
    private final Pipe pipe;

    Selection() {
      try {
        pipe = Pipe.open();
        key = SignalledChannel.register(selector, channel, pipe.source());
        // The first selection opens what is needed and passes the interest on.
        selector.selectNow();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    int select() {
      try {
        long startNanos = System.nanoTime();
        selector.select(LOST_MILLIS);
        return System.nanoTime() - startNanos < LOST_MILLIS * 1_000_000 ? 1 : 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void write() {
      try {
        pipe.sink().write(ByteBuffer.allocate(1));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void close() {
      try {
        selector.close();
        pipe.source().close();
        pipe.sink().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
