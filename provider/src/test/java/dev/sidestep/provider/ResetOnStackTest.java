package dev.sidestep.provider;

/** Ours over the stack. */
final class ResetOnStackTest extends ResetContract {
  ResetOnStackTest() {
    super(Flavour.STACK);
  }
}
