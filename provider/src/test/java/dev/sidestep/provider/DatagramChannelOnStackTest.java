package dev.sidestep.provider;

/** Ours over the stack. */
final class DatagramChannelOnStackTest extends DatagramChannelContract {
  DatagramChannelOnStackTest() {
    super(Flavour.STACK);
  }
}
