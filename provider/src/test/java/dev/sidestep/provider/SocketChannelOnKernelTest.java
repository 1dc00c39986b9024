package dev.sidestep.provider;

/** Ours over the kernel. */
final class SocketChannelOnKernelTest extends SocketChannelContract {
  SocketChannelOnKernelTest() {
    super(Flavour.KERNEL);
  }
}
