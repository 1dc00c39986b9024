package dev.sidestep.provider.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A waiter that sleeps in the JDK's selector. */
@Timeout(30)
final class SelectorParkerTest {

  private static final SelectorProvider JDK =
      Objects.requireNonNull(KernelAccess.jdkProvider(), KernelAccess::whyNot);

  private Selector selector;
  private Pipe pipe;
  private SelectorParker parker;
  private int readyKeys;

  @BeforeEach
  void open() throws IOException {
    selector = JDK.openSelector();
    pipe = JDK.openPipe();
    pipe.source().configureBlocking(false);
    pipe.source().register(selector, SelectionKey.OP_READ);
    parker = new SelectorParker(selector, key -> readyKeys++);
  }

  @AfterEach
  void close() throws IOException {
    parker.close();
    pipe.source().close();
    pipe.sink().close();
  }

  /** The thread is woken after it has said that it sleeps, and before it does. */
  @Test
  void aWakeUpBetweenAnnouncementAndSleepEndsTheSleep() {
    Sleeper sleeper = new Sleeper(1);
    sleeper.park(Long.MAX_VALUE);
    assertEquals(1, sleeper.questions);
  }

  @Test
  void aWakeUpThatCameTooLateEndsTheNextSleepOnly() {
    Sleeper sleeper = new Sleeper(1);
    parker.unpark(Thread.currentThread());
    new Sleeper(0).park(Long.MAX_VALUE);
    sleeper.park(Long.MAX_VALUE);
    assertEquals(1, sleeper.questions);
  }

  @Test
  void aChannelOfTheKernelEndsTheSleep() throws IOException {
    pipe.sink().write(ByteBuffer.wrap(new byte[1]));
    new Sleeper(0).park(Long.MAX_VALUE);
    assertEquals(1, readyKeys);
  }

  @Test
  void anInterruptEndsTheSleepAndStaysPending() {
    Thread.currentThread().interrupt();
    new Sleeper(0).park(Long.MAX_VALUE);
    assertTrue(Thread.interrupted());
  }

  /** Woken, as if by another thread, at its n-th question. */
  private final class Sleeper extends Waiter {

    private final int wokenAtQuestion;
    private int questions;

    Sleeper(int wokenAtQuestion) {
      this.wokenAtQuestion = wokenAtQuestion;
    }

    @Override
    public boolean isReady() {
      if (++questions == wokenAtQuestion) {
        wake();
      }
      return false;
    }

    @Override
    protected Parker parker() {
      return parker;
    }
  }
}
