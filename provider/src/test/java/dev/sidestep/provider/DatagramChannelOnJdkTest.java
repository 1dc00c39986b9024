package dev.sidestep.provider;

/** The oracle. */
final class DatagramChannelOnJdkTest extends DatagramChannelContract {
  DatagramChannelOnJdkTest() {
    super(Flavour.JDK);
  }
}
