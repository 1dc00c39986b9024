package dev.sidestep.provider.selector;

import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.socket.StackSocket;
import java.nio.channels.SelectableChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The selection keys of one channel and the sockets that make them ready. A channel may be
 * registered long before it is known whether it ends up on the stack or on the kernel, so the
 * sockets can be attached at any time. Any thread.
 */
public final class ChannelKeys {

  private static final SidestepSelectionKey[] NONE = {};

  private volatile SidestepSelectionKey[] keys = NONE;

  private @Nullable StackEngine engine;
  private @Nullable StackSocket stackSocket;
  private @Nullable SelectableChannel kernelChannel;

  /** The channel now is what these are; its keys watch them from now on. */
  public synchronized void attach(
      @Nullable StackEngine engine,
      @Nullable StackSocket stackSocket,
      @Nullable SelectableChannel kernelChannel) {
    this.engine = engine;
    this.stackSocket = stackSocket;
    this.kernelChannel = kernelChannel;
    for (SidestepSelectionKey key : keys) {
      key.watch(engine, stackSocket, kernelChannel);
    }
  }

  /** Whether the stack carries the channel, or the stack and the kernel. */
  synchronized boolean isOnStack() {
    return stackSocket != null;
  }

  /** Takes the kernel's channel out of all JDK selectors, so that it can be made blocking. */
  public synchronized void leaveKernelSelectors() {
    for (SidestepSelectionKey key : keys) {
      key.unwatchKernel();
    }
  }

  /** What is ready may have changed without the socket saying so. */
  public void lookAgain() {
    for (SidestepSelectionKey key : keys) {
      key.lookAgain();
    }
  }

  synchronized void add(SidestepSelectionKey key) {
    SidestepSelectionKey[] added = Arrays.copyOf(keys, keys.length + 1);
    added[keys.length] = key;
    keys = added;
    key.watch(engine, stackSocket, kernelChannel);
  }

  synchronized void remove(SidestepSelectionKey key) {
    key.unwatchStack();
    key.unwatchKernel();
    keys = Arrays.stream(keys).filter(k -> k != key).toArray(SidestepSelectionKey[]::new);
  }
}
