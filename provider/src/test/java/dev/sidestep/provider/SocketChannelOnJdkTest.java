package dev.sidestep.provider;

/** The oracle. */
final class SocketChannelOnJdkTest extends SocketChannelContract {
  SocketChannelOnJdkTest() {
    super(Flavour.JDK);
  }
}
