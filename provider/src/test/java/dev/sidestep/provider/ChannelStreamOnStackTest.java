package dev.sidestep.provider;

/** Ours over the stack. */
final class ChannelStreamOnStackTest extends ChannelStreamContract {
  ChannelStreamOnStackTest() {
    super(Flavour.STACK);
  }
}
