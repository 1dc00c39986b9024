package dev.sidestep.provider.selector;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.engine.StackEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A selector over channels of the stack and of the kernel. A selection looks only at keys that were
 * signalled and at those that were ready the last time (level-triggered, as epoll without EPOLLET),
 * whatever the number of registered keys.
 */
public final class SidestepSelector extends AbstractSelector {

  private static final long FOREVER = -1;

  private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
  private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
  private final SelectedKeySet selectedKeys = new SelectedKeySet();

  private final SelectWaiter waiter = new SelectWaiter();
  private final StackKeys stackKeys = new StackKeys();
  private final KernelKeys kernelKeys;
  private volatile boolean wakeupPending;
  private boolean inSelect;

  /**
   * A selector of the given provider.
   *
   * @param jdk the JDK's own provider, for kernel channels, or null if it cannot be reached
   */
  public SidestepSelector(SelectorProvider provider, @Nullable SelectorProvider jdk) {
    super(provider);
    kernelKeys = new KernelKeys(jdk);
  }

  private void ensureOpen() {
    if (!isOpen()) {
      throw new ClosedSelectorException();
    }
  }

  @Override
  public Set<SelectionKey> keys() {
    ensureOpen();
    return publicKeys;
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    ensureOpen();
    return selectedKeys;
  }

  // ---- Registration

  @Override
  protected SelectionKey register(AbstractSelectableChannel ch, int ops, @Nullable Object att) {
    if (!(ch instanceof SidestepChannel channel) || ch.provider() != provider()) {
      throw new IllegalSelectorException();
    }
    ensureOpen();
    SidestepSelectionKey key = new SidestepSelectionKey(channel, this);
    key.attach(att);
    keys.add(key);
    if (key.isValid()) {
      // A thread that iterates over keys() may cancel it meanwhile: then it stays as it is.
      setInterest(key, ops);
    }
    channel.selectionKeys().add(key);
    if (!isOpen()) {
      keys.remove(key);
      channel.selectionKeys().remove(key);
      key.cancel();
      throw new ClosedSelectorException();
    }
    return key;
  }

  private static void setInterest(SidestepSelectionKey key, int ops) {
    try {
      key.interestOps(ops);
    } catch (java.nio.channels.CancelledKeyException e) {
      return;
    }
  }

  /** The keys on the stack's side. */
  StackKeys stackKeys() {
    return stackKeys;
  }

  /** The keys on the kernel's side. */
  KernelKeys kernelKeys() {
    return kernelKeys;
  }

  /** Makes a selection under way look at the marked keys. Any thread. */
  void wakeToLook() {
    waiter.wake();
  }

  // ---- Selection

  @Override
  public int select(long timeout) throws IOException {
    return lockAndSelect(null, timeoutNanos(timeout));
  }

  @Override
  public int select() throws IOException {
    return lockAndSelect(null, FOREVER);
  }

  @Override
  public int selectNow() throws IOException {
    return lockAndSelect(null, 0);
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
    Objects.requireNonNull(action);
    return lockAndSelect(action, timeoutNanos(timeout));
  }

  @Override
  public int select(Consumer<SelectionKey> action) throws IOException {
    return lockAndSelect(Objects.requireNonNull(action), FOREVER);
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) throws IOException {
    return lockAndSelect(Objects.requireNonNull(action), 0);
  }

  private static long timeoutNanos(long timeoutMillis) {
    if (timeoutMillis < 0) {
      throw new IllegalArgumentException("Negative timeout");
    }
    return timeoutMillis == 0 ? FOREVER : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  private int lockAndSelect(@Nullable Consumer<SelectionKey> action, long timeoutNanos)
      throws IOException {
    synchronized (this) {
      ensureOpen();
      if (inSelect) {
        throw new IllegalStateException("select in progress");
      }
      inSelect = true;
      try {
        synchronized (selectedKeys) {
          return doSelect(action, timeoutNanos);
        }
      } finally {
        inSelect = false;
      }
    }
  }

  /** The name by which tools recognise a selecting thread. */
  private int doSelect(@Nullable Consumer<SelectionKey> action, long timeoutNanos)
      throws IOException {
    try {
      dropCancelledKeys();
      if (timeoutNanos == 0) {
        look();
      } else {
        waitForReadyKeys(timeoutNanos);
      }
      if (wakeupPending) {
        wakeupPending = false;
      }
      dropCancelledKeys();
      return reportReadyKeys(action);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      kernelKeys.clearReady();
    }
  }

  private void look() throws IOException {
    pollStack();
    stackKeys.look();
    if (!kernelKeys.isEmpty()) {
      kernelKeys.look();
    }
  }

  private void waitForReadyKeys(long timeoutNanos) throws IOException {
    long deadlineNanos =
        timeoutNanos == FOREVER ? Long.MAX_VALUE : System.nanoTime() + timeoutNanos;
    pollStack();
    stackKeys.look();
    if (stackKeys.readyCount() > 0 && !kernelKeys.isEmpty()) {
      kernelKeys.lookIfDue(System.nanoTime());
    }
    while (!isAnythingReady() && !mustReturn(deadlineNanos)) {
      await(deadlineNanos);
      if (isStackClosed()) {
        closeStackChannels();
        return;
      }
      kernelKeys.releaseDeparted();
      stackKeys.look();
    }
  }

  private boolean isStackClosed() {
    StackEngine started = stackKeys.engine();
    return started != null && started.isClosed();
  }

  /** Nothing will make them ready any more. */
  private void closeStackChannels() throws IOException {
    for (SelectionKey key : keys) {
      if (((SidestepSelectionKey) key).sidestepChannel().selectionKeys().isOnStack()) {
        key.channel().close();
      }
    }
  }

  private boolean isAnythingReady() {
    return stackKeys.readyCount() > 0 || !kernelKeys.ready().isEmpty();
  }

  private boolean mustReturn(long deadlineNanos) {
    return wakeupPending
        || Thread.currentThread().isInterrupted()
        || (deadlineNanos != Long.MAX_VALUE && System.nanoTime() - deadlineNanos >= 0);
  }

  private void pollStack() {
    StackEngine started = stackKeys.engine();
    if (started != null) {
      started.pollOnce();
    }
  }

  private void await(long deadlineNanos) {
    StackEngine started = stackKeys.engine();
    try {
      // An interrupt ends a sleep in any place, by our wakeup().
      begin();
      if (started != null) {
        started.await(waiter, deadlineNanos);
      } else {
        waiter.park(
            deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNanos - System.nanoTime());
      }
    } finally {
      end();
    }
  }

  private int reportReadyKeys(@Nullable Consumer<SelectionKey> action) {
    int updated = 0;
    for (int i = 0; i < stackKeys.readyCount(); i++) {
      updated += report(stackKeys.ready(i), action);
    }
    for (int i = 0; i < kernelKeys.ready().size(); i++) {
      updated += report(kernelKeys.ready().get(i), action);
    }
    return updated;
  }

  private int report(SidestepSelectionKey key, @Nullable Consumer<SelectionKey> action) {
    int ops = key.takeFound();
    if (ops == 0) {
      return 0;
    }
    if (action != null) {
      key.setReady(ops);
      action.accept(key);
      ensureOpen();
      return 1;
    }
    if (selectedKeys.isSelected(key)) {
      return key.addReady(ops) ? 1 : 0;
    }
    key.setReady(ops);
    selectedKeys.addSelected(key);
    return 1;
  }

  // ---- Cancelled keys

  private void dropCancelledKeys() throws IOException {
    kernelKeys.releaseDeparted();
    Set<SelectionKey> cancelled = cancelledKeys();
    if (cancelled.isEmpty()) {
      // Without the lock: a key whose cancellation happened before this selection is seen.
      return;
    }
    synchronized (cancelled) {
      stopWatching(cancelled);
      for (SelectionKey key : cancelled) {
        drop((SidestepSelectionKey) key);
      }
      cancelled.clear();
    }
  }

  private void stopWatching(Set<SelectionKey> leaving) throws IOException {
    for (SelectionKey key : leaving) {
      ((SidestepSelectionKey) key)
          .sidestepChannel()
          .selectionKeys()
          .remove((SidestepSelectionKey) key);
    }
    kernelKeys.releaseDeparted();
  }

  private void drop(SidestepSelectionKey key) {
    selectedKeys.remove(key);
    keys.remove(key);
    deregister(key);
    AbstractSelectableChannel channel = (AbstractSelectableChannel) key.channel();
    if (!channel.isOpen() && !channel.isRegistered()) {
      key.sidestepChannel().kill();
    }
  }

  @Override
  protected void implCloseSelector() throws IOException {
    wakeup();
    synchronized (this) {
      synchronized (selectedKeys) {
        stopWatching(keys);
        for (SelectionKey key : keys) {
          drop((SidestepSelectionKey) key);
        }
        stackKeys.clear();
        kernelKeys.clearReady();
        kernelKeys.close();
      }
    }
  }

  @Override
  public Selector wakeup() {
    if (!wakeupPending) {
      wakeupPending = true;
      waiter.wake();
    }
    return this;
  }

  @Override
  public String toString() {
    return getClass().getName() + "[" + (isOpen() ? keys.size() + " keys" : "closed") + "]";
  }

  /** The thread that selects, asleep in the JDK's selector while there are kernel channels. */
  private final class SelectWaiter extends Waiter {

    @Override
    public boolean isReady() {
      return wakeupPending || stackKeys.areMarked() || !kernelKeys.ready().isEmpty();
    }

    @Override
    public void look(long nowNanos) {
      try {
        kernelKeys.lookIfDue(nowNanos);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    protected Parker parker() {
      return kernelKeys.parker();
    }
  }
}
