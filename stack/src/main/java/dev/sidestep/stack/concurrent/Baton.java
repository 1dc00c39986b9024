package dev.sidestep.stack.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Ownership of a shard: held by at most one thread at a time, taken with one CAS, never waited for.
 *
 * <p>The holder may touch the shard's state with plain loads and stores: taking has acquire
 * semantics and releasing has release semantics, so one owner's writes are the next one's past.
 */
public final class Baton {

  private static final int FREE = 0;
  private static final int HELD = 1;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Baton.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through STATE
  private volatile int state;

  /** Takes the baton if it is free. */
  public boolean tryTake() {
    return state == FREE && STATE.compareAndSet(this, FREE, HELD);
  }

  /**
   * Gives the baton back. A full fence follows, so that whatever the caller reads next (the command
   * queue) is at least as new as the moment anybody could see the baton free.
   */
  public void release() {
    STATE.setVolatile(this, FREE);
    VarHandle.fullFence();
  }

  /** Whether some thread holds it at the moment. */
  public boolean isHeld() {
    return state == HELD;
  }
}
