package dev.sidestep.stack.nic.dpdk.ffi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DescriptorWaitTest {

  private static final long DAY_NANOS = TimeUnit.DAYS.toNanos(1);

  private final int eventfd = LibC.eventfd();
  private final DescriptorWait wait = new DescriptorWait(2);

  @AfterEach
  void close() {
    LibC.close(eventfd);
  }

  private boolean await(long nanos) {
    return wait.await(new int[] {-1, eventfd}, nanos);
  }

  @Test
  void aDescriptorThatCanBeReadEndsTheSleep() {
    LibC.signalEvent(eventfd);
    assertTrue(await(DAY_NANOS));
  }

  @Test
  void eventsThatWereTakenDoNot() {
    LibC.signalEvent(eventfd);
    LibC.takeEvents(eventfd);
    assertFalse(await(1));
  }

  @Test
  void aWakeUpBeforeTheSleepEndsItOnce() {
    wait.wake();
    wait.wake();
    assertFalse(await(DAY_NANOS));
    LibC.signalEvent(eventfd);
    assertTrue(await(DAY_NANOS));
  }

  @Test
  void anotherThreadEndsTheSleep() throws InterruptedException {
    Thread waker = Thread.ofPlatform().start(wait::wake);
    assertFalse(await(DAY_NANOS));
    waker.join();
  }
}
