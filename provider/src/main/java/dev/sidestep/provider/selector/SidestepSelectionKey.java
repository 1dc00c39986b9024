package dev.sidestep.provider.selector;

import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.ReadinessListener;
import dev.sidestep.stack.socket.StackSocket;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * A channel's registration with a selector. The stack signals it, which puts it into the selector's
 * queue once; there the selector finds out what is really ready.
 *
 * <p>Threads: interest and ready sets any; {@code watch} and {@code unwatch} under the monitor of
 * the channel's {@link ChannelKeys}; everything else the selecting thread.
 */
final class SidestepSelectionKey extends AbstractSelectionKey implements ReadinessListener {

  private static final VarHandle INTEREST;
  private static final VarHandle MARKED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      INTEREST = lookup.findVarHandle(SidestepSelectionKey.class, "interestOps", int.class);
      MARKED = lookup.findVarHandle(SidestepSelectionKey.class, "marked", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SidestepChannel channel;
  private final SidestepSelector selector;

  private volatile int interestOps;
  private volatile int readyOps;

  /** Whether the selector's queue or its list of ready keys holds this key. */
  @SuppressWarnings("unused") // through MARKED
  private volatile boolean marked;

  private @Nullable StackSocket stackSocket;
  private volatile @Nullable SelectionKey kernelKey;

  /** Selecting thread: what the running selection found, not yet reported. */
  private int foundOps;

  /** Position in the selected-key set, or -1; guarded like that set. */
  int selectedIndex = -1;

  SidestepSelectionKey(SidestepChannel channel, SidestepSelector selector) {
    this.channel = channel;
    this.selector = selector;
  }

  @Override
  public SelectableChannel channel() {
    return (AbstractSelectableChannel) channel;
  }

  @Override
  public Selector selector() {
    return selector;
  }

  SidestepChannel sidestepChannel() {
    return channel;
  }

  private void ensureValid() {
    if (!isValid()) {
      throw new CancelledKeyException();
    }
  }

  private void ensureSupported(int ops) {
    if ((ops & ~channel().validOps()) != 0) {
      throw new IllegalArgumentException();
    }
  }

  @Override
  public int interestOps() {
    ensureValid();
    return interestOps;
  }

  @Override
  public SelectionKey interestOps(int ops) {
    ensureValid();
    ensureSupported(ops);
    if ((int) INTEREST.getAndSet(this, ops) != ops) {
      selector.stackKeys().lookAt(this);
    }
    return this;
  }

  @Override
  public int interestOpsOr(int ops) {
    ensureValid();
    ensureSupported(ops);
    int before = (int) INTEREST.getAndBitwiseOr(this, ops);
    if ((before | ops) != before) {
      selector.stackKeys().lookAt(this);
    }
    return before;
  }

  @Override
  public int interestOpsAnd(int ops) {
    ensureValid();
    int before = (int) INTEREST.getAndBitwiseAnd(this, ops);
    if ((before & ops) != before) {
      selector.stackKeys().lookAt(this);
    }
    return before;
  }

  @Override
  public int readyOps() {
    ensureValid();
    return readyOps;
  }

  // ---- What the key watches

  void watch(
      @Nullable StackEngine engine,
      @Nullable StackSocket newStackSocket,
      @Nullable SelectableChannel kernelChannel) {
    if (!isValid()) {
      return;
    }
    if (newStackSocket != stackSocket) {
      unwatchStack();
      if (newStackSocket != null && engine != null) {
        stackSocket = newStackSocket;
        selector.stackKeys().added(engine);
        newStackSocket.readiness().addListener(this);
      }
    }
    SelectionKey watched = kernelKey;
    if (watched == null || watched.channel() != kernelChannel) {
      unwatchKernel();
      if (kernelChannel != null) {
        kernelKey = selector.kernelKeys().watch(kernelChannel, this);
      }
    }
    lookAgain();
  }

  void unwatchStack() {
    StackSocket watched = stackSocket;
    if (watched != null) {
      watched.readiness().removeListener(this);
      selector.stackKeys().removed();
      stackSocket = null;
    }
  }

  /** Returns whether there was a kernel channel to leave. */
  boolean unwatchKernel() {
    SelectionKey watched = kernelKey;
    if (watched == null) {
      return false;
    }
    watched.cancel();
    kernelKey = null;
    selector.kernelKeys().removed();
    return true;
  }

  // ---- Signals

  @Override
  public void onReadiness(int events) {
    if ((toSelectionOps(events) & interestOps) != 0) {
      lookAgain();
    }
  }

  /** Makes a selection under way, or else the next one, look at this key. */
  void lookAgain() {
    selector.stackKeys().lookAt(this);
    // Even if somebody else marked the key: who changes interest does not wake the selector.
    selector.wakeToLook();
  }

  private static int toSelectionOps(int events) {
    int ops = events & Readiness.READ;
    if ((events & Readiness.WRITE) != 0) {
      ops |= OP_WRITE;
    }
    if ((events & Readiness.CONNECT) != 0) {
      // What a connect makes readable or writable is announced by nothing else.
      ops |= OP_CONNECT | OP_READ | OP_WRITE;
    }
    if ((events & Readiness.ACCEPT) != 0) {
      ops |= OP_ACCEPT;
    }
    return ops;
  }

  /** Takes the place in the selector's queue; false if the key has one. Any thread. */
  boolean mark() {
    return !marked && MARKED.compareAndSet(this, false, true);
  }

  // ---- Selecting thread

  /**
   * Whether the key is ready on the stack's side. If not, its mark is removed, so that the next
   * signal queues it again.
   */
  boolean isReadyOrUnmark() {
    passInterestToKernel();
    if (find()) {
      return true;
    }
    MARKED.setVolatile(this, false);
    VarHandle.fullFence();
    // A signal that came while the key was still marked did not queue it.
    return find() && mark();
  }

  private boolean find() {
    foundOps = isValid() ? channel.stackReadyOps() & interestOps : 0;
    return foundOps != 0;
  }

  private void passInterestToKernel() {
    SelectionKey watched = kernelKey;
    if (watched != null) {
      try {
        int wanted = interestOps;
        if (watched.interestOps() != wanted) {
          watched.interestOps(wanted);
        }
      } catch (CancelledKeyException e) {
        // The channel is being closed; its own keys follow.
        return;
      }
    }
  }

  /** Adds what the kernel's channel is ready for. Returns whether nothing had been found before. */
  boolean foundByKernel(int ops) {
    int ready = isValid() ? ops & interestOps : 0;
    boolean first = foundOps == 0 && ready != 0;
    foundOps |= ready;
    return first;
  }

  /** What was found and not yet reported. */
  int takeFound() {
    int found = isValid() ? foundOps : 0;
    foundOps = 0;
    return found;
  }

  void setReady(int ops) {
    readyOps = ops;
  }

  /** Adds to the ready set; returns whether it changed. */
  boolean addReady(int ops) {
    int before = readyOps;
    readyOps = before | ops;
    return (before | ops) != before;
  }

  @Override
  public String toString() {
    String state =
        isValid() ? ", interestOps=" + interestOps + ", readyOps=" + readyOps : ", invalid";
    return "channel=" + channel + ", selector=" + selector + state;
  }
}
