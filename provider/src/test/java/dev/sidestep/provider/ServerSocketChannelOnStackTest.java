package dev.sidestep.provider;

/** Ours over the stack. */
final class ServerSocketChannelOnStackTest extends ServerSocketChannelContract {
  ServerSocketChannelOnStackTest() {
    super(Flavour.STACK);
  }
}
