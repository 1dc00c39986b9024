package dev.sidestep.stack.socket;

import dev.sidestep.stack.concurrent.Waiter;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tells those who wait for a socket that it may be ready (sk_data_ready, sk_write_space). What is
 * ready is never stored here: it is read off the queues each time, so it cannot be stale.
 *
 * <p>Threads: the shard's owner signals, and whoever gives memory back; any thread adds and removes
 * listeners. A blocked reader and a blocked writer have a place of their own, because the channel's
 * read and write locks admit one each.
 */
public final class Readiness {

  /** Bytes, the end of the stream or an error can be read. */
  public static final int READ = 1;

  /** Bytes can be written, or writing fails at once. */
  public static final int WRITE = 1 << 1;

  /** A connect has succeeded or failed. */
  public static final int CONNECT = 1 << 2;

  /** A connection can be accepted. */
  public static final int ACCEPT = 1 << 3;

  private static final int INPUT = READ | ACCEPT;
  private static final int OUTPUT = WRITE | CONNECT;
  private static final ReadinessListener[] NOBODY = {};

  private volatile ReadinessListener[] listeners = NOBODY;
  private volatile @Nullable Waiter inputWaiter;
  private volatile @Nullable Waiter outputWaiter;

  /** Says that {@code events} may have happened; the caller has published them. */
  public void signal(int events) {
    VarHandle.fullFence();
    for (ReadinessListener listener : listeners) {
      listener.onReadiness(events);
    }
    Waiter input = inputWaiter;
    if (input != null && (events & INPUT) != 0) {
      input.wake();
    }
    Waiter output = outputWaiter;
    if (output != null && (events & OUTPUT) != 0) {
      output.wake();
    }
  }

  /** Adds a listener. The caller then looks at the socket once, for what happened before. */
  public synchronized void addListener(ReadinessListener listener) {
    ReadinessListener[] added = Arrays.copyOf(listeners, listeners.length + 1);
    added[listeners.length] = listener;
    listeners = added;
  }

  /** Removes a listener; it may still be called by a signal under way. */
  public synchronized void removeListener(ReadinessListener listener) {
    listeners =
        Arrays.stream(listeners).filter(l -> l != listener).toArray(ReadinessListener[]::new);
  }

  /** Sets who is woken by {@link #READ} and {@link #ACCEPT}; stays until replaced. */
  public void setInputWaiter(@Nullable Waiter waiter) {
    inputWaiter = waiter;
  }

  /** Sets who is woken by {@link #WRITE} and {@link #CONNECT}; stays until replaced. */
  public void setOutputWaiter(@Nullable Waiter waiter) {
    outputWaiter = waiter;
  }
}
