package dev.sidestep.provider;

/** Ours over the stack. */
final class SocketAdaptorOnStackTest extends SocketAdaptorContract {
  SocketAdaptorOnStackTest() {
    super(Flavour.STACK);
  }
}
