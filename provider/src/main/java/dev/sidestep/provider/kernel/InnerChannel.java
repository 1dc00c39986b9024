package dev.sidestep.provider.kernel;

import dev.sidestep.provider.selector.ChannelKeys;
import java.io.IOException;
import java.nio.channels.SelectableChannel;

/**
 * The kernel's channel behind one of ours, which it serves from beginning to end: both have the
 * same mode and close together. Any thread.
 */
final class InnerChannel {

  private final SelectableChannel outer;
  private final SelectableChannel inner;
  private final ChannelKeys keys = new ChannelKeys();

  InnerChannel(SelectableChannel outer, SelectableChannel inner) {
    this.outer = outer;
    this.inner = inner;
    keys.attach(null, null, inner);
  }

  ChannelKeys keys() {
    return keys;
  }

  /** An interrupt closes the JDK's channel behind ours: to be called after every operation. */
  void closeTogether() throws IOException {
    if (!inner.isOpen()) {
      outer.close();
    }
  }

  void configureBlocking(boolean block) throws IOException {
    if (block) {
      // Ours have no valid keys any more; the JDK's selector may not have noticed yet.
      keys.leaveKernelSelectors();
    }
    inner.configureBlocking(block);
  }
}
