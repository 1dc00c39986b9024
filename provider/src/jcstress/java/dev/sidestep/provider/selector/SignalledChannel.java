package dev.sidestep.provider.selector;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/** A channel whose stack side is one flag. */
final class SignalledChannel extends AbstractSelectableChannel implements SidestepChannel {

  final ChannelKeys keys = new ChannelKeys();
  volatile boolean readable;

  SignalledChannel() {
    super(SelectorProvider.provider());
  }

  /** Registers a channel that is also on the kernel, if {@code kernel} is not null. */
  static SidestepSelectionKey register(
      SidestepSelector selector,
      SignalledChannel channel,
      @Nullable AbstractSelectableChannel kernel)
      throws IOException {
    channel.configureBlocking(false);
    if (kernel != null) {
      kernel.configureBlocking(false);
      channel.keys.attach(null, null, kernel);
    }
    return (SidestepSelectionKey) channel.register(selector, SelectionKey.OP_READ);
  }

  @Override
  public ChannelKeys selectionKeys() {
    return keys;
  }

  @Override
  public int stackReadyOps() {
    return readable ? SelectionKey.OP_READ : 0;
  }

  @Override
  public int validOps() {
    return SelectionKey.OP_READ;
  }

  @Override
  protected void implConfigureBlocking(boolean block) {}

  @Override
  protected void implCloseSelectableChannel() {}

  @Override
  public void kill() {}
}
