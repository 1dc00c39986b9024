package dev.sidestep.provider;

/** The oracle. */
final class ChannelStreamOnJdkTest extends ChannelStreamContract {
  ChannelStreamOnJdkTest() {
    super(Flavour.JDK);
  }
}
