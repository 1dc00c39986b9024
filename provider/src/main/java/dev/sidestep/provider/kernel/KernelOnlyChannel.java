package dev.sidestep.provider.kernel;

import dev.sidestep.provider.selector.ChannelKeys;
import dev.sidestep.provider.selector.SidestepChannel;

/** A channel of ours that is never on the stack. */
interface KernelOnlyChannel extends SidestepChannel {

  InnerChannel behind();

  @Override
  default ChannelKeys selectionKeys() {
    return behind().keys();
  }

  @Override
  default int stackReadyOps() {
    return 0;
  }

  @Override
  default void kill() {
    // The JDK's selector, which ours has flushed, does this for the inner channel.
  }
}
