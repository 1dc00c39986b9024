package dev.sidestep.provider.selector;

import dev.sidestep.stack.engine.StackEngine;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a selector as far as the stack is concerned: those that somebody has marked, to be
 * looked at by the next selection, and those that were ready when they were last looked at.
 *
 * <p>Threads: {@link #lookAt}, {@link #areMarked}, {@link #added}, {@link #removed} and {@link
 * #engine} any; the rest the selecting thread.
 */
final class StackKeys {

  private static final int QUEUE_CHUNK_KEYS = 256;

  /** Keys to look at: signalled by the stack, or with a changed interest. */
  private final MpscUnboundedVarHandleArrayQueue<SidestepSelectionKey> marked =
      new MpscUnboundedVarHandleArrayQueue<>(QUEUE_CHUNK_KEYS);

  private final AtomicInteger count = new AtomicInteger();
  private volatile @Nullable StackEngine engine;

  private @Nullable SidestepSelectionKey[] ready = new SidestepSelectionKey[16];
  private int readyCount;

  /** A key's channel is on the stack from now on. */
  void added(StackEngine engineOfKey) {
    engine = engineOfKey;
    count.incrementAndGet();
  }

  /** A key's channel has left the stack. */
  void removed() {
    count.decrementAndGet();
  }

  /** The stack that some of the channels are on, or null while none is. */
  @Nullable StackEngine engine() {
    return count.get() > 0 ? engine : null;
  }

  /** Makes the next selection look at a key. */
  void lookAt(SidestepSelectionKey key) {
    if (key.mark()) {
      marked.offer(key);
    }
  }

  /** Whether there are keys to look at. */
  boolean areMarked() {
    return !marked.isEmpty();
  }

  /** Looks which keys are ready: of those that were, and of those that were marked. */
  void look() {
    int kept = 0;
    for (int i = 0; i < readyCount; i++) {
      SidestepSelectionKey key = ready(i);
      if (key.isReadyOrUnmark()) {
        ready[kept++] = key;
      }
    }
    Arrays.fill(ready, kept, readyCount, null);
    readyCount = kept;
    SidestepSelectionKey key;
    while ((key = marked.poll()) != null) {
      if (key.isReadyOrUnmark()) {
        addReady(key);
      }
    }
  }

  private void addReady(SidestepSelectionKey key) {
    if (readyCount == ready.length) {
      ready = Arrays.copyOf(ready, readyCount * 2);
    }
    ready[readyCount++] = key;
  }

  /** How many were ready at the last look. */
  int readyCount() {
    return readyCount;
  }

  /** One of those. */
  SidestepSelectionKey ready(int index) {
    return Objects.requireNonNull(ready[index]);
  }

  /** Forgets which keys are ready. */
  void clear() {
    Arrays.fill(ready, 0, readyCount, null);
    readyCount = 0;
  }
}
