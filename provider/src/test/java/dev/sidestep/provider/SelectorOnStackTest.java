package dev.sidestep.provider;

/** Ours over the stack. */
final class SelectorOnStackTest extends SelectorContract {
  SelectorOnStackTest() {
    super(Flavour.STACK);
  }
}
