package dev.sidestep.provider;

/** The oracle. */
final class ResetOnJdkTest extends ResetContract {
  ResetOnJdkTest() {
    super(Flavour.JDK);
  }
}
