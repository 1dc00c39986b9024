package dev.sidestep.provider;

/** The oracle. */
final class SocketAdaptorOnJdkTest extends SocketAdaptorContract {
  SocketAdaptorOnJdkTest() {
    super(Flavour.JDK);
  }
}
