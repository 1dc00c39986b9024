package dev.sidestep.provider;

/** Ours over the stack. */
final class SocketChannelOnStackTest extends SocketChannelContract {
  SocketChannelOnStackTest() {
    super(Flavour.STACK);
  }
}
