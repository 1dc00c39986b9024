package dev.sidestep.provider;

/** The oracle. */
final class SelectorOnJdkTest extends SelectorContract {
  SelectorOnJdkTest() {
    super(Flavour.JDK);
  }
}
