package dev.sidestep.provider;

/** The oracle. */
final class ServerSocketChannelOnJdkTest extends ServerSocketChannelContract {
  ServerSocketChannelOnJdkTest() {
    super(Flavour.JDK);
  }
}
