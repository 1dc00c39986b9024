package dev.sidestep.provider;

/** Ours over the stack. */
final class BufferSizeOnStackTest extends BufferSizeContract {
  BufferSizeOnStackTest() {
    super(Flavour.STACK);
  }
}
