package dev.sidestep.provider.selector;

/** A channel of ours as a selector sees it: on the stack, on the kernel, on both or on neither. */
public interface SidestepChannel {

  /** The channel's keys, and what they watch. */
  ChannelKeys selectionKeys();

  /**
   * What is ready on the stack's side, as {@link java.nio.channels.SelectionKey} bits; 0 if nothing
   * or if the channel is not on the stack. Quick; any thread.
   */
  int stackReadyOps();

  /**
   * The channel is closed and has left its last selector: releases what closing had to leave.
   * Called with the selector locked.
   */
  void kill();
}
