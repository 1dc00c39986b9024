package dev.sidestep.stack.nic.dpdk.ffi;

import java.util.concurrent.TimeUnit;

/** Keeps EAL's interrupt thread busy, as a driver that hangs does, until closed. */
public final class BusyInterruptThread implements AutoCloseable {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final DpdkLibrary library;
  private final Semaphore release = new Semaphore();

  /** The thread is busy from now on, or soon. */
  public BusyInterruptThread(DpdkLibrary library) {
    this.library = library;
    library.setAlarm(LibC.symbol("sem_wait"), release.address().address());
  }

  /** Lets the thread go on; returns when it has come round. */
  @Override
  public void close() {
    NativeCall.call(Semaphore.POST, release.address().address());
    Semaphore cameRound = new Semaphore();
    library.setAlarm(Semaphore.POST, cameRound.address().address());
    if (!cameRound.await(PATIENCE_NANOS)) {
      throw new AssertionError("EAL's interrupt thread is gone");
    }
  }
}
