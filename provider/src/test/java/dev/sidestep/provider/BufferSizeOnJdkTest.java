package dev.sidestep.provider;

/** The oracle. */
final class BufferSizeOnJdkTest extends BufferSizeContract {
  BufferSizeOnJdkTest() {
    super(Flavour.JDK);
  }
}
